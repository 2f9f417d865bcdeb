import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CLOCK, type Clock } from '@/model/clock.js';
import { CallerOf, type Caller } from '@/access/route/caller.js';
import { NeedsScope } from '@/access/route/needs-scope.js';
import { AnswerCache } from '@/answers/answer-cache.js';
import { AnswerWriter } from '@/answers/answer-writer.js';
import { preferencesOf } from '@/answers/request-preferences.js';
import { assertComplete } from '@/answers/availability.js';
import { NOT_MODIFIED, ONE_LINK, REQUEST_HEADERS, SNAPSHOT_HEADERS } from '@/answers/described-headers.js';
import { serviceDescLink } from '@/answers/service-desc-link.js';
import { Problems, type ProblemsByStatus } from '@/platform/problem/problems.decorator.js';
import { renderSummary } from './render-summary.js';
import { SummariseTasksQuery, toSummaryQuery } from './summarise-tasks-query.dto.js';
import { BAD_ZONE_EXAMPLE, SUMMARY_EXAMPLES } from './summary-examples.js';
import { TaskSummaryDto } from './summary.dto.js';
import { TaskSummariser } from './task-summariser.js';

const SUMMARY_PROBLEMS: ProblemsByStatus = {
  400: ['invalid-parameter'],
  503: ['no-source-available', 'incomplete-answer', 'overloaded'],
  504: ['no-source-available', 'nothing-cached'],
};

@ApiTags('tasks')
// Decorators apply from below: the document lists Cache-Control first.
@ApiHeader(REQUEST_HEADERS.ifNoneMatch)
@ApiHeader(REQUEST_HEADERS.prefer)
@ApiHeader(REQUEST_HEADERS.cacheControl)
@Controller('v1/tasks/summary')
export class SummaryController {
  readonly #answers = new AnswerCache();
  readonly #writer: AnswerWriter;

  constructor(
    private readonly summariser: TaskSummariser,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#writer = new AnswerWriter(clock);
  }

  @Get()
  @NeedsScope('tasks:read')
  @ApiOperation({
    operationId: 'summarizeTasks',
    summary: 'Tasks counted in groups',
    description:
      'Gives counts of the backup tasks that match, by what they have in common and by hour, day, week or month, with how long they took. More than 10,000 groups are a 400.',
  })
  @ApiExtraModels(TaskSummaryDto)
  @ApiOkResponse({
    description:
      'The groups. Look at `complete` of a bucket, or at `completeness`, before relying on what is not there.',
    headers: { ...SNAPSHOT_HEADERS, Link: ONE_LINK },
    content: {
      'application/json': { schema: { $ref: getSchemaPath(TaskSummaryDto) }, examples: SUMMARY_EXAMPLES },
    },
  })
  @ApiResponse({ ...NOT_MODIFIED, headers: { ...SNAPSHOT_HEADERS, Link: ONE_LINK } })
  @Problems(SUMMARY_PROBLEMS, { 'invalid-parameter': BAD_ZONE_EXAMPLE })
  async summarize(
    @Query() query: SummariseTasksQuery,
    @CallerOf() { collection }: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const startedMs = performance.now();
    const preferences = preferencesOf(request, collection.deadlineMs);
    const question = toSummaryQuery(query);
    const feeds = await this.summariser.ask(question, collection, preferences.freshness);
    const waitedMs = performance.now() - startedMs;
    const ready = await this.#answers.recall(`${collection.key} ${request.url}`, feeds, async () => {
      const summary = await this.summariser.summary(question, feeds);
      const { completeness } = summary;
      return { ...renderSummary(summary), completeness, link: serviceDescLink(request) };
    });
    if (preferences.strict) assertComplete(ready.completeness);
    const { link, completeness } = ready;
    const answer = { feeds, representation: ready, link, waitedMs, preferences };
    this.#writer.write({ ...answer, complete: completeness.complete }, reply);
  }
}
