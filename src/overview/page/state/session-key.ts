import { signal } from '@preact/signals';

/** Where the key is kept: for this tab, until it is closed. */
const PLACE = 'tributary-key';

/** The API key or access token that the reader has entered; null without one. */
export const sessionKey = signal<string | null>(storedKey());

/** Keeps a key for the session; null forgets it. */
export function keepKey(key: string | null): void {
  sessionKey.value = key;
  try {
    if (key === null) sessionStorage.removeItem(PLACE);
    else sessionStorage.setItem(PLACE, key);
  } catch {
    // A browser that keeps nothing for the page: the key is known until it is reloaded.
  }
}

function storedKey(): string | null {
  try {
    return sessionStorage.getItem(PLACE);
  } catch {
    return null;
  }
}
