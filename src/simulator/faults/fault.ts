import { CLOCK_FAULTS } from './clock.js';
import { COMPRESSION_FAULTS } from './compression.js';
import { CUT_FAULTS } from './cuts.js';
import type { FaultAction, FaultBounds, FaultOptions } from './exchange.js';
import { GARBAGE_FAULTS } from './garbage.js';
import { HEAD_FAULTS } from './heads.js';
import { PACE_FAULTS } from './pace.js';
import { PAGING_FAULTS } from './paging.js';
import { REFUSAL_FAULTS } from './refusals.js';
import { ROW_FAULTS } from './rows.js';
import { SHAPE_FAULTS } from './shapes.js';
import { SILENCE_FAULTS } from './silence.js';
import { SIZE_FAULTS } from './sizes.js';

/** All faults by name; one file a family. */
const CATALOGUE = {
  ...SILENCE_FAULTS,
  ...PACE_FAULTS,
  ...CUT_FAULTS,
  ...REFUSAL_FAULTS,
  ...HEAD_FAULTS,
  ...GARBAGE_FAULTS,
  ...COMPRESSION_FAULTS,
  ...SIZE_FAULTS,
  ...SHAPE_FAULTS,
  ...ROW_FAULTS,
  ...PAGING_FAULTS,
  ...CLOCK_FAULTS,
};

export type FaultKind = keyof typeof CATALOGUE;

/** A fault by its name alone, or with bounds on the calls it meets and details of what it does. */
export type Fault = FaultKind | FaultSettings;

/** What one upstream suffers from: of several faults the first that meets a call acts. */
export type Faults = Fault | readonly Fault[] | null;

export interface FaultSettings extends FaultOptions {
  readonly kind: FaultKind;
}

/** The names of all faults. */
export const FAULT_KINDS = Object.keys(CATALOGUE) as readonly FaultKind[];

/** What a fault does to a call. */
export function faultAction(kind: FaultKind): FaultAction {
  return CATALOGUE[kind];
}

const BOUNDS: readonly (keyof FaultBounds)[] = ['only', 'at', 'every', 'rate', 'times'];

/** Whether the upstream is not there at all: a refusal of some calls alone cannot close the port. */
export function closesPort(faults: Faults): boolean {
  return [faults].flat().some((fault) => {
    if (fault === null || typeof fault === 'string') return fault === 'refuse';
    return fault.kind === 'refuse' && BOUNDS.every((bound) => fault[bound] === undefined);
  });
}
