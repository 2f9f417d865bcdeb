import fc from 'fast-check';

/** `npm run test:combinations` tries every combination, which takes many minutes. */
export const EXHAUSTIVE = process.env.EVERY_COMBINATION !== undefined;

/** The values that each setting may take. */
export type Choices<S> = { readonly [Name in keyof S]: readonly S[Name][] };

/** Every combination of the choices. */
export function everyCombination<S extends object>(choices: Choices<S>): S[] {
  return settingsOf(choices).reduce<S[]>(
    (combinations, [name, values]) =>
      combinations.flatMap((combination) => values.map((value) => ({ ...combination, [name]: value }))),
    [{} as S],
  );
}

/**
 * Few combinations in which each two values of two settings still meet. Greedy and without chance: each round
 * takes the combination in which most pairs meet that have not met before.
 */
export function everyPair<S extends object>(choices: Choices<S>): S[] {
  const candidates = everyCombination(choices).map((combination) => ({
    combination,
    pairs: pairsOf(combination),
  }));
  const open = new Set(candidates.flatMap(({ pairs }) => pairs));
  const chosen: S[] = [];
  while (open.size > 0) {
    const news = ({ pairs }: { pairs: string[] }): number => pairs.filter((pair) => open.has(pair)).length;
    const best = candidates.reduce((a, b) => (news(b) > news(a) ? b : a));
    best.pairs.forEach((pair) => open.delete(pair));
    chosen.push(best.combination);
  }
  return chosen;
}

/** Combinations in which each two values of two settings meet, and more of them by chance; every one on demand. */
export function someCombinations<S extends object>(choices: Choices<S>, byChance = 0): S[] {
  const all = everyCombination(choices);
  return EXHAUSTIVE ? all : [...everyPair(choices), ...fc.sample(fc.constantFrom(...all), byChance)];
}

function settingsOf<S extends object>(choices: Choices<S>): [string, readonly unknown[]][] {
  return Object.entries(choices);
}

function pairsOf(combination: object): string[] {
  const settings = Object.entries(combination).map(([name, value]) => `${name}=${String(value)}`);
  return settings.flatMap((one, index) => settings.slice(index + 1).map((other) => `${one} ${other}`));
}
