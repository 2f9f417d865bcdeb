import { Module, type DynamicModule } from '@nestjs/common';
import type { ProtectionConfig } from '@/model/expectation.js';
import { Assessor } from './assessor.js';
import { RuleWarnings } from './protection.js';
import { ResourceLister } from './resource-lister.js';
import { ResourcesController } from './resources.controller.js';
import { RuleBook } from './rule-book.js';

@Module({})
export class ResourcesModule {
  /** What is expected at the start; `RuleBook` takes over changes. */
  static on(protection: ProtectionConfig): DynamicModule {
    const rules = { provide: RuleBook, useValue: new RuleBook(protection) };
    return {
      module: ResourcesModule,
      controllers: [ResourcesController],
      providers: [rules, Assessor, ResourceLister, RuleWarnings],
    };
  }
}
