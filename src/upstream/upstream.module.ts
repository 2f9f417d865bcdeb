import { HttpModule, HttpService } from '@nestjs/axios';
import { Module } from '@nestjs/common';
import { CallBudgets } from '@/model/call-budget.js';
import { CLOCK, SYSTEM_CLOCK, type Clock } from '@/model/clock.js';
import { SharedLimits } from '@/model/shared-limits.js';
import { SharedLockouts } from '@/model/shared-lockout.js';
import { BodyMemory } from './http/body-memory.js';
import { HttpUpstreamClients } from './http-upstream-clients.js';
import { SourceLimits } from './limits/call-limits.js';
import { UpstreamClients } from './upstream-client.js';
import { SilentObserver, UpstreamObserver } from './upstream-observer.js';

/** The only door out. A global module may provide `UpstreamObserver`, `SharedLimits`, `SharedLockouts`, `CLOCK`, `BodyMemory`. */
@Module({
  imports: [HttpModule.register({})],
  providers: [
    {
      provide: SourceLimits,
      useFactory: (shared?: SharedLimits | null, clock: Clock = SYSTEM_CLOCK) =>
        new SourceLimits(shared ?? null, clock),
      inject: [optional(SharedLimits), optional(CLOCK)],
    },
    {
      provide: UpstreamClients,
      useFactory: (
        http: HttpService,
        limits: SourceLimits,
        observer: UpstreamObserver = new SilentObserver(),
        clock: Clock = SYSTEM_CLOCK,
        lockouts?: SharedLockouts | null,
        memory: BodyMemory = new BodyMemory(),
      ) => new HttpUpstreamClients(http, { limits, observer, clock, lockouts: lockouts ?? null, memory }),
      inject: [
        HttpService,
        SourceLimits,
        optional(UpstreamObserver),
        optional(CLOCK),
        optional(SharedLockouts),
        optional(BodyMemory),
      ],
    },
    { provide: CallBudgets, useExisting: SourceLimits },
  ],
  exports: [UpstreamClients, CallBudgets],
})
export class UpstreamModule {}

function optional<T>(token: T): { token: T; optional: true } {
  return { token, optional: true };
}
