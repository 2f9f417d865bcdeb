import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { VERDICTS, type Protection, type Verdict } from '../pure/api-types.js';
import { counted, formatCount, formatWord } from '../pure/format.js';
import { lookOf } from '../pure/looks.js';
import { Icon } from '../parts/icon.js';
import { Panel } from '../parts/panel.js';
import { Time } from '../parts/time.js';
import { choose, urlState } from '../state/location.js';
import { store } from '../state/store.js';

const MEANINGS: Readonly<Record<Verdict, string>> = {
  VIOLATED: 'proven broken',
  UNKNOWN: 'neither is proven',
  OK: 'proven kept',
  NOT_EXPECTED: 'nothing is expected',
};

/** Whether everything is protected as expected: how many resources have which verdict. */
export function ProtectionPanel(): VNode {
  const { data, error } = store.protection;
  const protection = data.value;
  const note = protection && html`Judged <${Time} time=${protection.asOf} />`;
  return html`<${Panel}
    id="protection"
    title="Protection"
    note=${note}
    error=${error.value}
    isEmpty=${protection === null}
  >
    ${
      protection !== null &&
      html`<p class="headline">${headline(protection)}</p>
        <div class="verdicts" role="group" aria-label="Filter the resources by verdict">
          ${VERDICTS.map((verdict) => html`<${VerdictButton} verdict=${verdict} count=${protection.total[verdict]} />`)}
        </div>
        <${Warnings} warnings=${protection.warnings} />`
    }
  <//>`;
}

function headline({ total, completeness }: Protection): string {
  const { VIOLATED: violated, UNKNOWN: unknown } = total;
  const expected = total.OK + violated + unknown;
  if (expected === 0 && !completeness.complete)
    return 'Nothing is known yet of what should be protected: not all sources could be read.';
  if (expected === 0)
    return 'No backups are expected: the configuration has no expectation that matches a resource.';
  const are = (count: number): string => (count === 1 ? 'is' : 'are');
  const resources = counted(expected, 'resource');
  if (violated + unknown === 0)
    return `All is well: ${resources} with an expectation, and each is protected as expected.`;
  const notSeen = `${formatCount(unknown)} ${are(unknown)} unknown`;
  if (violated === 0)
    return `Of ${resources} with an expectation ${notSeen}; the others are protected as expected.`;
  const broken = `${formatCount(violated)} of ${resources} with an expectation ${are(violated)} not protected as expected`;
  return unknown === 0 ? `${broken}.` : `${broken}, ${notSeen}.`;
}

interface VerdictButtonProps {
  readonly verdict: Verdict;
  readonly count: number;
}

function VerdictButton({ verdict, count }: VerdictButtonProps): VNode {
  const isChosen = urlState.value.verdict === verdict;
  const { shape, tone } = lookOf(verdict);
  const press = (): void => {
    choose({ verdict: isChosen ? null : verdict });
  };
  return html`<button
    type="button"
    class="verdict tone-${tone}"
    aria-pressed=${isChosen}
    data-verdict=${verdict}
    onClick=${press}
  >
    <span class="verdict-word"><${Icon} shape=${shape} />${formatWord(verdict)}</span>
    <span class="count">${formatCount(count)}</span>
    <span class="meaning">${MEANINGS[verdict]}</span>
  </button>`;
}

/** Rules of the configuration that have no effect. */
function Warnings({ warnings }: Pick<Protection, 'warnings'>): VNode | null {
  if (warnings.length === 0) return null;
  return html`<details class="warnings">
    <summary>
      <${Icon} shape="warning" />${counted(warnings.length, 'rule')} of the configuration without effect
    </summary>
    <ul>
      ${warnings.map(({ field, message }) => html`<li key=${field}><code>${field}</code> ${message}</li>`)}
    </ul>
  </details>`;
}
