/** Why the gateway does not run with the configuration that its files hold. */
export interface ConfigurationProblem {
  /** `INVALID`: nothing of it is used. `RESTART_NEEDED`: all of it is used but what cannot change while running. */
  readonly state: 'INVALID' | 'RESTART_NEEDED';
  /** What is wrong, without secrets. */
  readonly message: string;
  /** Since when, epoch milliseconds. */
  readonly sinceMs: number;
}

/** Whether the gateway runs with the configuration that its files hold. */
export class ConfigurationStatus {
  /** null: it does. */
  problem: ConfigurationProblem | null = null;

  /** `lastValidMs`: when they were last read and valid, epoch milliseconds. */
  constructor(public lastValidMs: number) {}
}
