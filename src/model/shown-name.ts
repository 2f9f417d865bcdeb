const LONGEST = 256;
/** Control characters, those that break a line, and those that turn the direction of a text around. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu;

/** A name that was found, fit to be shown: on one line, of at most 256 characters; null where nothing is left of it. */
export function shownName(found: string | null): string | null {
  // What lies far behind the end is not looked at.
  const name =
    found
      ?.slice(0, 4 * LONGEST)
      .replace(UNSEEN, ' ')
      .trim()
      .slice(0, LONGEST)
      .toWellFormed() ?? '';
  return name === '' ? null : name;
}
