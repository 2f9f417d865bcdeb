import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { counted, feedLabel, formatWord } from '../pure/format.js';
import { partialSentence, partialSources, type PartialSource } from '../pure/partial-text.js';
import { Icon } from '../parts/icon.js';
import { Ago } from '../parts/time.js';
import { store } from '../state/store.js';

const MOST_SHOWN = 3;

/** Says at the top what is missing from all that is shown below; nothing where nothing is. */
export function PartialNotice(): VNode {
  const protection = store.protection.data.value;
  const partial = protection === null ? [] : partialSources(protection);
  const sentence = partialSentence(partial, Object.keys(protection?.bySource ?? {}).length);
  // The sentence is read out when it comes; the list below it has ages, which change all the time.
  return html`<div class=${sentence === null ? 'hidden' : 'notice'}>
    <p role="status">${sentence !== null && html`<${Icon} shape="warning" /><strong>${sentence}</strong>`}</p>
    <ul>
      ${partial.map((each) => html`<${SourceProblems} key=${each.source} ...${each} />`)}
    </ul>
  </div>`;
}

function SourceProblems({ source, problems }: PartialSource): VNode {
  const hidden = problems.length - MOST_SHOWN;
  return html`${problems
    .slice(0, MOST_SHOWN)
    .map(
      ({ feed, state, message, lastSuccessTime }) =>
        html`<li key=${feed}>
          <strong>${source}</strong> (${feedLabel(feed)}): ${formatWord(state)}. ${message}
          ${lastSuccessTime !== null && html` Last read <${Ago} time=${lastSuccessTime} />.`}
        </li>`,
    )}
  ${hidden > 0 && html`<li><strong>${source}</strong> ${counted(hidden, 'more feed')}</li>`}`;
}
