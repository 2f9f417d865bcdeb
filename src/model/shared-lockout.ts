/** A credential as an upstream knows it. */
export interface KnownCredential {
  /** Who calls. Refusals are counted for each account. */
  readonly account: readonly string[];
  /** What proves it. With another secret the account starts without refusals. */
  readonly secret: readonly string[];
}

/** How long a refused credential is not tried, and how many probes may try it. */
export interface LockoutPolicy {
  /** The pause after the first refusal in a row, the second, and so on; the last one repeats. */
  readonly pausesMs: readonly number[];
  /** After so many refused calls without a success, the last pause follows at once. */
  readonly mostRefusals: number;
  /** Probes in flight before a refusal; after one, a single probe. */
  readonly mostProbes: number;
}

/** Whether a probe may start: yes, with a ticket; not before the pause ends; or not while others are in flight. */
export type Entrance =
  | { readonly answer: 'enter'; readonly ticket: string }
  | { readonly answer: 'backoff'; readonly forMs: number }
  | { readonly answer: 'wait' };

/** A call that has succeeded or was refused. */
export interface JudgedCall {
  /** null: it was no probe, or Redis was away. */
  readonly ticket: string | null;
  /** How long ago it started. The success of a call from before the last refusal is ignored. */
  readonly ageMs: number;
}

/** What another replica learned of the credential. `here`: at the listener's place. */
export interface LockoutEvent {
  readonly outcome: 'refused' | 'proven';
  readonly here: boolean;
}

/** What all replicas know of one credential at one place. No method throws or outlasts the timeout of the link. */
export interface SharedLockout {
  /** Asks for a probe. null while the others are out of reach. */
  enter(): Promise<Entrance | null>;
  /** Gives a ticket back. The tickets of a replica that died expire. */
  leave(ticket: string): Promise<void>;
  /** Counts a refused call, and gives its ticket back. */
  refused(call: JudgedCall): Promise<void>;
  /** Clears the refusals of the credential, and those at this place. False while the others are out of reach. */
  proven(call: JudgedCall): Promise<boolean>;
}

/** Counts refusals over all replicas. Each replica also counts by itself. */
export abstract class SharedLockouts {
  /** `listen` gets the events of other replicas for the credential, at any place. Events may get lost. */
  abstract of(
    credential: KnownCredential,
    place: string,
    listen: (event: LockoutEvent) => void,
  ): SharedLockout;
}
