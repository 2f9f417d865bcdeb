/** True where a pattern stands for more than itself. */
export function isWildcard(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

/**
 * True when the whole text fits the pattern, in which `*` stands for any characters and `?` for one; case counts. When a
 * character does not fit, the last `*` takes one more of the text: earlier ones never have to, so that the work is at most
 * the product of the two lengths.
 */
export function fits(pattern: string, text: string): boolean {
  let [at, position] = [0, 0];
  let [star, starAt] = [-1, 0];
  while (at < text.length) {
    const wanted = pattern[position];
    if (wanted === '*') {
      [star, starAt] = [position++, at];
    } else if (wanted === '?' || wanted === text[at]) {
      at += wanted === '?' ? characterLength(text, at) : 1;
      position++;
    } else if (star >= 0) {
      at = ++starAt;
      position = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[position] === '*') position++;
  return position === pattern.length;
}

/** Characters beyond the basic plane are two units of a string, and one for `?`. */
function characterLength(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}
