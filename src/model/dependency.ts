/** How something stands that the gateway uses but can do without. */
export interface DependencyStatus {
  /** As in health and documentation: `redis`. */
  readonly name: string;
  readonly state: 'up' | 'down';
  /** Why it is down, one of a closed set of words; null while it is up. */
  readonly code: string | null;
  /** What it lacks that the gateway needs, where that is why. */
  readonly lacking: string | null;
}

/** How all of them stand now. */
export type Dependencies = () => readonly DependencyStatus[];

/** Injection token of the dependencies. */
export const DEPENDENCIES = Symbol('DEPENDENCIES');
