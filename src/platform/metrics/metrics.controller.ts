import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { FeedCollection } from '@/model/collection.js';
import { Metrics } from './metrics.js';

@ApiTags('operations')
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly collection: FeedCollection,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'getMetrics',
    summary: 'Metrics for Prometheus',
    description:
      'Gives the metrics of this process for Prometheus: how long answers and upstream calls took, and how each feed stands.',
  })
  @ApiProduces('text/plain')
  @ApiOkResponse({ description: 'The Prometheus text format', schema: { type: 'string' } })
  async show(@Res() reply: FastifyReply): Promise<void> {
    const text = await this.metrics.render(this.collection.status());
    void reply.header('content-type', this.metrics.contentType).send(text);
  }
}
