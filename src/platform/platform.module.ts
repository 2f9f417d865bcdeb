import { Module } from '@nestjs/common';
import { HealthController } from './health/health.controller.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { ProblemsController } from './problem/problems.controller.js';

/** What every service has: health, metrics, and pages that explain its errors. */
@Module({ controllers: [HealthController, MetricsController, ProblemsController] })
export class PlatformModule {}
