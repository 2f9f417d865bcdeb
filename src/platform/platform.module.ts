import { Module } from '@nestjs/common';
import { HealthController } from './health/health.controller.js';
import { ProblemsController } from './problem/problems.controller.js';

/** What every service has: health, and pages that explain its errors. */
@Module({ controllers: [HealthController, ProblemsController] })
export class PlatformModule {}
