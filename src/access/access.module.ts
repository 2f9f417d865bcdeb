import { Module, type DynamicModule } from '@nestjs/common';
import { Access, type AccessConfig, type AccessDependencies } from './access.js';

/** Provides `Access` to everyone who answers requests. */
@Module({})
export class AccessModule {
  static on(config: AccessConfig, dependencies: AccessDependencies): DynamicModule {
    return {
      module: AccessModule,
      global: true,
      providers: [{ provide: Access, useFactory: () => new Access(config, dependencies) }],
      exports: [Access],
    };
  }
}
