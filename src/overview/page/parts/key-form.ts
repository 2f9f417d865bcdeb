import { signal } from '@preact/signals';
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { keepKey, sessionKey } from '../state/session-key.js';

/** True while the reader is asked for a key though a part of the page works without one. */
export const keyWanted = signal(false);

const UNSENDABLE = 'A key has only letters, digits and signs, without spaces. Check what was pasted.';
const fault = signal<string | null>(null);

function keepEntered(event: SubmitEvent): void {
  event.preventDefault();
  const form = event.currentTarget as HTMLFormElement;
  const entered = new FormData(form).get('key');
  const key = typeof entered === 'string' ? entered.trim() : '';
  fault.value = /^[\x21-\x7e]+$/.test(key) ? null : UNSENDABLE;
  if (fault.value !== null) return;
  keyWanted.value = false;
  keepKey(key);
}

/** Asks for an API key or an access token. It is kept for this tab, and sent to this gateway only. */
export function KeyForm(): VNode {
  const refused = sessionKey.value === null ? null : 'The gateway does not accept this key.';
  const message = fault.value ?? refused;
  return html`<form
    class="key-form"
    onSubmit=${keepEntered}
    onKeyDown=${leaveByEscape}
    aria-labelledby="key-title"
  >
    <h2 id="key-title">${keyWanted.value ? 'Enter a key' : 'This gateway asks for a key'}</h2>
    <p id="key-help">
      Enter an API key or an access token that may read tasks. It stays in this tab until you close it.
    </p>
    <label for="key">API key or access token</label>
    <input
      id="key"
      name="key"
      type="password"
      autocomplete="off"
      spellcheck=${false}
      required
      aria-describedby=${message === null ? 'key-help' : 'key-fault key-help'}
      aria-invalid=${message !== null}
      ref=${focusOnce}
    />
    ${message === null ? null : html`<p class="failure" id="key-fault" role="alert">${message}</p>`}
    <button type="submit">Show the backups</button>
    ${keyWanted.value && html`<button type="button" class="plain" onClick=${leave}>Cancel</button>`}
  </form>`;
}

/** Where a part of the page works without a key. */
function leave(): void {
  keyWanted.value = false;
  fault.value = null;
}

function leaveByEscape({ key }: KeyboardEvent): void {
  if (key === 'Escape') leave();
}

function focusOnce(field: HTMLInputElement | null): void {
  field?.focus();
}
