import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiResponse,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CLOCK, type Clock } from '@/model/clock.js';
import { sourceOfTaskId } from '@/model/task-id.js';
import { TASK } from '@/model/task.js';
import { CallerOf, type Caller } from '@/access/route/caller.js';
import { NeedsScope } from '@/access/route/needs-scope.js';
import { assertComplete } from '@/answers/availability.js';
import { TaskFinder } from './task-finder.js';
import { TaskLister, type TaskPage } from './task-lister.js';
import { AnswerCache, type ReadyAnswer } from '@/answers/answer-cache.js';
import { AnswerWriter, represent } from '@/answers/answer-writer.js';
import { preferencesOf } from '@/answers/request-preferences.js';
import {
  LIST_LINK,
  NOT_MODIFIED,
  ONE_LINK,
  REQUEST_HEADERS,
  SNAPSHOT_HEADERS,
} from '@/answers/described-headers.js';
import { listLinks } from '@/answers/list-links.js';
import { Problems, type ProblemsByStatus } from '@/platform/problem/problems.decorator.js';
import { BAD_STATUS_EXAMPLE, LIST_EXAMPLES } from './examples.js';
import { GetTaskQuery } from './get-task-query.dto.js';
import { ListTasksQuery, toTaskQuery } from './list-tasks-query.dto.js';
import { renderPage, renderTask } from './render.js';
import { serviceDescLink, type RequestTarget } from '@/answers/service-desc-link.js';
import { TaskPageDto } from './task.dto.js';

const LIST_PROBLEMS: ProblemsByStatus = {
  400: ['invalid-parameter', 'invalid-page-token'],
  503: ['no-source-available', 'incomplete-answer', 'overloaded'],
  504: ['no-source-available', 'nothing-cached'],
};

const TASK_PROBLEMS: ProblemsByStatus = {
  400: ['invalid-parameter'],
  404: ['task-not-found'],
  414: ['bad-request'],
  503: ['task-unknown', 'incomplete-answer', 'overloaded'],
  504: ['nothing-cached'],
};

@ApiTags('tasks')
// Decorators apply from below: the document lists Cache-Control first.
@ApiHeader(REQUEST_HEADERS.ifNoneMatch)
@ApiHeader(REQUEST_HEADERS.prefer)
@ApiHeader(REQUEST_HEADERS.cacheControl)
@Controller('v1/tasks')
export class TasksController {
  readonly #pages = new AnswerCache();
  readonly #writer: AnswerWriter;

  constructor(
    private readonly lister: TaskLister,
    private readonly finder: TaskFinder,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#writer = new AnswerWriter(clock);
  }

  @Get()
  @NeedsScope('tasks:read')
  @ApiOperation({
    operationId: 'listTasks',
    summary: 'The merged backup tasks of all sources',
    description:
      'Lists the backup tasks of all sources as one list: filtered, ordered and paged over all of them at once. Follow `nextPageToken` until it is empty: every task that exists throughout the walk comes exactly once.',
  })
  @ApiExtraModels(TaskPageDto)
  @ApiOkResponse({
    description: 'A page of tasks. Look at `completeness` before relying on what is not there.',
    headers: { ...SNAPSHOT_HEADERS, Link: LIST_LINK },
    content: {
      'application/json': { schema: { $ref: getSchemaPath(TaskPageDto) }, examples: LIST_EXAMPLES },
    },
  })
  @ApiResponse({ ...NOT_MODIFIED, headers: { ...SNAPSHOT_HEADERS, Link: LIST_LINK } })
  @Problems(LIST_PROBLEMS, { 'invalid-parameter': BAD_STATUS_EXAMPLE })
  async list(
    @Query() query: ListTasksQuery,
    @CallerOf() { collection, assertMayUse }: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const startedMs = performance.now();
    const preferences = preferencesOf(request, collection.deadlineMs);
    const question = toTaskQuery(query);
    if (question.includeRaw) assertMayUse('tasks:raw', question.filter);
    const feeds = await this.lister.ask(question, collection, preferences.freshness);
    const waitedMs = performance.now() - startedMs;
    const key = `${this.lister.tokenGeneration} ${collection.key} ${request.url}`;
    const page = await this.#pages.recall(key, feeds, async () =>
      answeredPage(await this.lister.page(question, collection, feeds), question.includeRaw, request),
    );
    if (preferences.strict) assertComplete(page.completeness);
    const answer = { feeds, representation: page, link: page.link, waitedMs, preferences };
    this.#writer.write({ ...answer, complete: page.completeness.complete }, reply);
  }

  @Get(':id')
  @NeedsScope('tasks:read')
  @ApiOperation({
    operationId: 'getTask',
    summary: 'One task',
    description:
      'Gives one backup task by its id. While its feed cannot be read, a task that is not known is a 503 and not a 404: it may exist.',
  })
  @ApiParam({ name: 'id', description: 'The `id` of a task, just as a list gave it.' })
  @ApiOkResponse({
    schema: TASK.json,
    description: 'The task, as the newest snapshot has it.',
    headers: { ...SNAPSHOT_HEADERS, Link: ONE_LINK },
  })
  @ApiResponse({ ...NOT_MODIFIED, headers: { ...SNAPSHOT_HEADERS, Link: ONE_LINK } })
  @Problems(TASK_PROBLEMS)
  async get(
    @Param('id') id: string,
    @Query() query: GetTaskQuery,
    @CallerOf() { collection, assertMayUse }: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const startedMs = performance.now();
    const preferences = preferencesOf(request, collection.deadlineMs);
    const includesRaw = query.include === 'raw';
    if (includesRaw) assertMayUse('tasks:raw', { source: [sourceOfTaskId(id) ?? ''] });
    const { row, feeds, completeness } = await this.finder.find(id, collection, preferences.freshness);
    if (preferences.strict) assertComplete(completeness);
    const waitedMs = performance.now() - startedMs;
    const representation = represent(renderTask(row, includesRaw));
    const link = serviceDescLink(request);
    const { complete } = completeness;
    this.#writer.write({ feeds, complete, representation, link, waitedMs, preferences }, reply);
  }
}

function answeredPage(page: TaskPage, includesRaw: boolean, target: RequestTarget): ReadyAnswer {
  const { completeness, nextPageToken } = page;
  return { ...renderPage(page, includesRaw), completeness, link: listLinks(target, nextPageToken) };
}
