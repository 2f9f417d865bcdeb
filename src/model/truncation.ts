/**
 * What keeps a list from being whole:
 * - `LIMIT`: there is, or may be, more than could be read
 * - `MALFORMED`: rows had to be left out, as nothing identifies them
 */
export const TRUNCATIONS = ['LIMIT', 'MALFORMED'] as const;
export type Truncation = (typeof TRUNCATIONS)[number];
