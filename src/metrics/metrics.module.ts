import { Module, type DynamicModule } from '@nestjs/common';
import { MetricsController } from './metrics.controller.js';
import { TaskCounts } from './task-counts.js';

@Module({})
export class MetricsModule {
  /** `resources` exports the `MetricSource` that tells of resources. */
  static on(resources: DynamicModule): DynamicModule {
    return {
      module: MetricsModule,
      imports: [resources],
      controllers: [MetricsController],
      providers: [TaskCounts],
    };
  }
}
