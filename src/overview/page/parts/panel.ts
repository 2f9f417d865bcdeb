import { html } from 'htm/preact';
import type { ComponentChildren, VNode } from 'preact';
import type { ApiError } from '../state/api.js';
import { sessionKey } from '../state/session-key.js';
import { keyWanted } from './key-form.js';

interface PanelProps {
  /** The id of its heading. */
  readonly id: string;
  readonly title: string;
  /** Said beside the heading. */
  readonly note?: ComponentChildren;
  readonly error: ApiError | null;
  /** True while there is nothing to show yet. */
  readonly isEmpty?: boolean;
  readonly children?: ComponentChildren;
}

/** A part of the page with a heading of its own, which says what is wrong where its data cannot be had. */
export function Panel({ id, title, note, error, isEmpty = false, children }: PanelProps): VNode {
  return html`<section class="panel" id=${`panel-${id}`} aria-labelledby=${id}>
    <div class="panel-head">
      <h2 id=${id} tabindex="-1">${title}</h2>
      ${note === undefined ? null : html`<p class="note">${note}</p>`}
    </div>
    ${error === null ? null : html`<${Failure} error=${error} />`}
    ${isEmpty && error === null ? html`<p class="loading">Loading.</p>` : null} ${isEmpty ? null : children}
  </section>`;
}

/** What the gateway tells programs, told to people. */
const SENTENCES: Readonly<Record<number, string>> = {
  401: 'The gateway does not accept this key.',
  429: 'The gateway is asked too often with this key, or from this address. The page asks again later.',
};

/** Why data cannot be had. */
export function Failure({ error }: { readonly error: ApiError }): VNode {
  const isKeyMissing = error.status === 401 && sessionKey.value === null;
  return html`<p class="failure" role="status">
    ${isKeyMissing ? 'This part needs a key. ' : `${SENTENCES[error.status ?? 0] ?? error.message} `}
    ${
      error.status === 401 &&
      html`<button type="button" class="plain" onClick=${() => (keyWanted.value = true)}>Enter a key</button>`
    }
  </p>`;
}
