import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access.guard.js';
import { Access, type AccessConfig, type AccessDependencies } from './access.js';
import { Callers } from './callers.js';

const AUDIT_LOG = Symbol('AUDIT_LOG');

/** Puts the guard before all handlers. A global module provides `WHOLE_COLLECTION`. */
@Module({})
export class AccessModule {
  static on(config: AccessConfig, dependencies: AccessDependencies): DynamicModule {
    return {
      module: AccessModule,
      global: true,
      providers: [
        { provide: Access, useFactory: () => new Access(config, dependencies) },
        Callers,
        // It writes what it has counted when the application shuts down.
        { provide: AUDIT_LOG, useValue: dependencies.audit },
        { provide: APP_GUARD, useClass: AccessGuard },
      ],
      exports: [Access, Callers],
    };
  }
}
