/** Characters that change the order of what follows them: with one of them `gnp.exe` looks like `exe.png`. */
const ORDER_CHANGES = /[\u202A-\u202E\u2066-\u2069]/gu;
const SOMETHING_TO_SEE = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** The first of some names in which there is something to see, in the order of its letters; null when there is none. */
export function nameAmong(...names: readonly (string | null | undefined)[]): string | null {
  const found = names.find((name) => SOMETHING_TO_SEE.test(name ?? ''));
  return found?.replaceAll(ORDER_CHANGES, '') ?? null;
}
