/** True when the pattern, in which `*` stands for any text and `?` for one character, is the whole text. Case counts. */
export function matchesWildcard(text: string, pattern: string): boolean {
  let [at, inPattern] = [0, 0];
  // Where to go on after the last star should what follows it not fit.
  let [retryAt, retryInPattern] = [0, -1];
  while (at < text.length) {
    if (pattern[inPattern] === '*') {
      [retryAt, retryInPattern] = [at, inPattern + 1];
      inPattern += 1;
    } else if (pattern[inPattern] === '?' || pattern[inPattern] === text[at]) {
      at += 1;
      inPattern += 1;
    } else if (retryInPattern === -1) {
      return false;
    } else {
      retryAt += 1;
      [at, inPattern] = [retryAt, retryInPattern];
    }
  }
  return /^\**$/.test(pattern.slice(inPattern));
}
