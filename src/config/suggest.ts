/** The known word that a mistyped word probably stands for; null when none is similar. */
export function suggest(word: string, known: readonly string[]): string | null {
  // Far longer than any known word: nothing is similar, and the distance would take long.
  if (word.length > 64) return null;
  const typed = plain(word);
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(typed, plain(candidate)) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  if (best === undefined || best.distance > Math.max(1, Math.floor(best.candidate.length / 3))) return null;
  return best.candidate;
}

/** `fresh_for`, `Fresh-For` and `freshFor` are the same word. */
function plain(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, '');
}

/** How many letters to insert, delete, replace or swap with the next one (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
        swapped ? at(beforeLast, column - 2) + 1 : Infinity,
      );
    }
    beforeLast = last;
    last = current;
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
