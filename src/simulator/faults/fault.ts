import type { FaultAction, FaultOptions } from './exchange.js';
import { GARBAGE_FAULTS } from './garbage.js';
import { REFUSAL_FAULTS } from './refusals.js';
import { SILENCE_FAULTS } from './silence.js';

/** All faults by name; one file a family. */
const CATALOGUE = { ...SILENCE_FAULTS, ...REFUSAL_FAULTS, ...GARBAGE_FAULTS };

export type FaultKind = keyof typeof CATALOGUE;

/** A fault by its name alone, or with bounds on the calls it meets. */
export type Fault = FaultKind | FaultSettings;

export interface FaultSettings extends FaultOptions {
  readonly kind: FaultKind;
}

/** The names of all faults. */
export const FAULT_KINDS = Object.keys(CATALOGUE) as readonly FaultKind[];

/** What a fault does to a call. */
export function faultAction(kind: FaultKind): FaultAction {
  return CATALOGUE[kind];
}
