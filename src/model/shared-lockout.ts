/** A credential as an upstream knows it. */
export interface KnownCredential {
  /** Who calls; refusals are counted for each account. */
  readonly account: readonly string[];
  /** What proves it. With another secret the same account starts afresh. */
  readonly secret: readonly string[];
}

/** How long a refused credential is not tried, and how many calls may try it. */
export interface LockoutPolicy {
  /** After the first refusal in a row, the second, and so on; the last holds for all that follow. */
  readonly pausesMs: readonly number[];
  /** After that many refused calls without a success, the last of the pauses follows at once. */
  readonly mostRefusals: number;
  /** First calls at once with a credential that was not refused; after a refusal it is one. */
  readonly mostProbes: number;
}

/** Whether a first call may go: with a ticket, not before a pause is over, or not while another is out. */
export type Entrance =
  | { readonly answer: 'enter'; readonly ticket: string }
  | { readonly answer: 'backoff'; readonly forMs: number }
  | { readonly answer: 'wait' };

/** A call whose outcome is reported. */
export interface JudgedCall {
  /** null: it needed none, for the credential was proven. */
  readonly ticket: string | null;
  /** How long ago it began. The outcome of a call from before the last refusal is ignored. */
  readonly ageMs: number;
}

/** What another replica learned of the credential; `here`: at the place of the listener. */
export interface LockoutEvent {
  readonly outcome: 'refused' | 'proven';
  readonly here: boolean;
}

/**
 * What all replicas together know of one credential at one place. Nothing throws, and nothing takes longer than
 * the bound of the link to the others.
 */
export interface SharedLockout {
  /** Asks for a first call. null where the others are out of reach. */
  enter(): Promise<Entrance | null>;
  /** Gives a ticket back. One that is not given back ends by itself soon after its holder has died. */
  leave(ticket: string): Promise<void>;
  /** Counts a refused call, and gives its ticket back. */
  refused(call: JudgedCall): Promise<void>;
  /** Forgets the refusals of the credential, and those at this place. False where the others are out of reach. */
  proven(call: JudgedCall): Promise<boolean>;
}

/** Counts refusals over all replicas, besides what each counts by itself. */
export abstract class SharedLockouts {
  /** `listen` is called with what other replicas learn of the credential, at any place. Events may get lost. */
  abstract of(
    credential: KnownCredential,
    place: string,
    listen: (event: LockoutEvent) => void,
  ): SharedLockout;
}
