import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { formatClock } from '../pure/format.js';
import { lastRoundMs, nextTryMs } from '../state/poll.js';
import { keepKey, sessionKey } from '../state/session-key.js';
import { timeZone } from '../state/store.js';

/** The name of the page, and whether what it shows is current. */
export function Header(): VNode {
  return html`<header class="top">
    <h1>Backups</h1>
    <p class="state">
      <span class="tone-warn" role="status"><${Trouble} /></span>${' '}<${Freshness} />
    </p>
    ${
      sessionKey.value !== null &&
      html`<button
        type="button"
        class="plain"
        onClick=${() => {
          keepKey(null);
        }}
      >
        Forget the key
      </button>`
    }
  </header>`;
}

/** Read out when it comes; nothing while all is well. */
function Trouble(): VNode | null {
  const next = nextTryMs.value;
  if (next === null) return null;
  return html`<span
    >The gateway does not answer in full. The next try is at ${formatClock(next, timeZone)}.</span
  >`;
}

function Freshness(): VNode {
  const last = lastRoundMs.value;
  const text = last === null ? 'Loading' : `Updated ${formatClock(last, timeZone)}, times in ${timeZone}`;
  return html`<span>${text}</span>`;
}
