import { Module, type DynamicModule } from '@nestjs/common';
import type { ProtectionConfig } from '@/model/expectation.js';
import { MetricSource, type MetricsConfig } from '@/model/metric.js';
import { Assessor } from './assessor.js';
import { RuleWarnings } from './protection.js';
import { ResourceLister } from './resource-lister.js';
import { ResourceMetrics } from './resource-metrics.js';
import { ResourcesController } from './resources.controller.js';
import { RuleBook } from './rule-book.js';

interface ResourcesOptions {
  readonly protection: ProtectionConfig;
  readonly metrics: MetricsConfig;
}

@Module({})
export class ResourcesModule {
  /** What holds at the start; `RuleBook` and `ResourceMetrics` take over changes. */
  static on({ protection, metrics }: ResourcesOptions): DynamicModule {
    const rules = { provide: RuleBook, useValue: new RuleBook(protection) };
    const resourceMetrics = {
      provide: ResourceMetrics,
      useFactory: (lister: ResourceLister, assessor: Assessor) =>
        new ResourceMetrics(lister, assessor, metrics),
      inject: [ResourceLister, Assessor],
    };
    return {
      module: ResourcesModule,
      controllers: [ResourcesController],
      providers: [
        ...[rules, Assessor, ResourceLister, RuleWarnings, resourceMetrics],
        { provide: MetricSource, useExisting: ResourceMetrics },
      ],
      exports: [MetricSource],
    };
  }
}
