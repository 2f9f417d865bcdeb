import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CLOCK, type Clock } from '@/model/clock.js';
import { assertComplete } from '../availability.js';
import { TaskFinder } from '../task-finder.js';
import { TaskLister } from '../task-lister.js';
import { AnswerWriter, type Answer } from './answer-writer.js';
import { LIST_EXAMPLES } from './examples.js';
import { readWishes, type CallerWishes } from './freshness-headers.js';
import { GetTaskQuery } from './get-task-query.dto.js';
import { links } from './links.js';
import { ListTasksQuery, toTaskQuery } from './list-tasks-query.dto.js';
import { PageCache, type AnsweredPage } from './page-cache.js';
import { renderPage, renderTask, represent } from './render.js';
import { TaskDto, TaskPageDto } from './task.dto.js';
import { traceparentOf } from './traceparent.js';

const CACHE_CONTROL = {
  name: 'Cache-Control',
  description: '`no-cache`, `max-age=N`, `max-stale[=N]`, `only-if-cached`: how current the answer must be.',
  required: false,
};
const PREFER = {
  name: 'Prefer',
  description: '`wait=N`: wait at most N seconds for upstreams. `handling=strict`: no partial answer.',
  required: false,
};

@ApiTags('tasks')
@ApiHeader(CACHE_CONTROL)
@ApiHeader(PREFER)
@Controller('v1/tasks')
export class TasksController {
  readonly #pages = new PageCache();
  readonly #writer: AnswerWriter;

  constructor(
    private readonly lister: TaskLister,
    private readonly finder: TaskFinder,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#writer = new AnswerWriter(clock);
  }

  @Get()
  @ApiOperation({ operationId: 'listTasks', summary: 'The merged backup tasks of all sources' })
  @ApiExtraModels(TaskPageDto)
  @ApiOkResponse({
    description: 'A page of tasks. Look at `completeness` before relying on what is not there.',
    content: {
      'application/json': { schema: { $ref: getSchemaPath(TaskPageDto) }, examples: LIST_EXAMPLES },
    },
  })
  async list(
    @Query() query: ListTasksQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const startedMs = performance.now();
    const wishes = wishesOf(request);
    const question = toTaskQuery(query);
    const feeds = await this.lister.ask(
      question,
      wishes.freshness,
      traceparentOf(request.headers.traceparent),
    );
    const waitedMs = performance.now() - startedMs;
    const page = this.#pages.recall(request.url, feeds, (): AnsweredPage => {
      const { completeness, ...tasks } = this.lister.page(question, feeds);
      const representation = renderPage({ completeness, ...tasks }, question.includeRaw);
      return { ...representation, completeness, link: links(request.url, tasks.nextPageToken) };
    });
    if (wishes.strict) assertComplete(page.completeness);
    const { complete } = page.completeness;
    this.send({ feeds, complete, representation: page, link: page.link, waitedMs, wishes }, request, reply);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getTask', summary: 'One task' })
  @ApiOkResponse({ type: TaskDto, description: 'The task, as the newest snapshot has it.' })
  async get(
    @Param('id') id: string,
    @Query() query: GetTaskQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const startedMs = performance.now();
    const wishes = wishesOf(request);
    const trace = traceparentOf(request.headers.traceparent);
    const { row, feeds, completeness } = await this.finder.find(id, wishes.freshness, trace);
    if (wishes.strict) assertComplete(completeness);
    const waitedMs = performance.now() - startedMs;
    const representation = represent(renderTask(row, query.include === 'raw'));
    const link = '</openapi.json>; rel="service-desc"';
    const { complete } = completeness;
    this.send({ feeds, complete, representation, link, waitedMs, wishes }, request, reply);
  }

  private send(answer: Answer, request: FastifyRequest, reply: FastifyReply): void {
    this.#writer.write(answer, request, reply);
  }
}

function wishesOf({ headers }: FastifyRequest): CallerWishes {
  return readWishes(headers['cache-control'], oneLine(headers.prefer));
}

function oneLine(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}
