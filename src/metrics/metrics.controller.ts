import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CallerOf, type Caller } from '@/access/route/caller.js';
import { NeedsScope } from '@/access/route/needs-scope.js';
import { preferencesOf } from '@/answers/request-preferences.js';
import { USUAL_FRESHNESS, type FeedCollection, type Freshness } from '@/model/collection.js';
import { MetricSource } from '@/model/metric.js';
import { CallBudgets } from '@/model/call-budget.js';
import { Metrics } from '@/platform/metrics/metrics.js';
import { renderFamilies } from './exposition.js';
import { budgetMetrics } from './budget-metrics.js';
import { feedMetrics } from './feed-metrics.js';
import { TaskCounts } from './task-counts.js';

/** What is left of the time that a scraper waits goes into judging, writing and sending. */
const SHARE_FOR_READING = 0.8;

@ApiTags('operations')
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly resources: MetricSource,
    private readonly tasks: TaskCounts,
    private readonly budgets: CallBudgets,
  ) {}

  @Get()
  @NeedsScope('metrics:read')
  @ApiOperation({
    operationId: 'getMetrics',
    summary: 'Metrics for Prometheus',
    description:
      'Gives metrics for Prometheus: the last backups of each resource and the verdict on it, the state of each feed, and how long answers and upstream calls took. Like a list, it brings the feeds up to date first, within the deadline; with `Cache-Control: only-if-cached` it asks no upstream.',
  })
  @ApiProduces('text/plain')
  @ApiOkResponse({ description: 'The Prometheus text format', schema: { type: 'string' } })
  async show(
    @CallerOf() { collection }: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const resources = await this.resources.collect(collection, scrapeFreshness(request, collection));
    const sources = collection.status();
    const ids = sources.map(({ id }) => id);
    const counted = await this.metrics.render(ids);
    const derived = await renderFamilies([
      ...feedMetrics(sources),
      await this.tasks.count(ids, collection.newest()),
      ...(await budgetMetrics(ids, this.budgets)),
      ...resources,
    ]);
    void reply.header('content-type', this.metrics.contentType).send(counted + derived);
  }
}

/**
 * The usual freshness, within the time that Prometheus says it waits. Only `only-if-cached` and `wait` are taken from
 * headers: metrics may be open to everyone, and nobody may force reads by them.
 */
function scrapeFreshness(request: FastifyRequest, { deadlineMs }: FeedCollection): Freshness {
  const { onlyIfCached, waitMs } = preferencesOf(request, deadlineMs).freshness;
  const timeoutMs = 1000 * Number(request.headers['x-prometheus-scrape-timeout-seconds']);
  const limitMs = timeoutMs > 0 ? timeoutMs * SHARE_FOR_READING : Infinity;
  return { ...USUAL_FRESHNESS, onlyIfCached, waitMs: Math.min(waitMs ?? Infinity, limitMs) };
}
