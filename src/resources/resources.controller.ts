import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CallerOf, type Caller } from '@/access/route/caller.js';
import { NeedsScope } from '@/access/route/needs-scope.js';
import { AnswerWriter, type Origin } from '@/answers/answer-writer.js';
import { completenessBody, type Completeness } from '@/answers/completeness.js';
import { LIST_LINK, ONE_LINK, REQUEST_HEADERS, UNKEPT_HEADERS } from '@/answers/described-headers.js';
import { listLinks } from '@/answers/list-links.js';
import { lenientPreferencesOf, type RequestPreferences } from '@/answers/request-preferences.js';
import { serviceDescLink } from '@/answers/service-desc-link.js';
import { CLOCK, type Clock } from '@/model/clock.js';
import { sourceOfTaskId } from '@/model/task-id.js';
import { formatTime } from '@/model/time.js';
import { ApiProblem } from '@/platform/problem/api-problem.js';
import { isUnreachable } from '@/platform/problem/feed-problem.js';
import { Problems, type ProblemsByStatus } from '@/platform/problem/problems.decorator.js';
import { yieldToEventLoop } from '@/scheduling/cooperative.js';
import { Assessor } from './assessor.js';
import { calendarDays } from './calendar-days.js';
import { dayCells, type Day } from './days.js';
import { AsOfQuery, GetResourceQuery, ListResourcesQuery } from './list-resources-query.dto.js';
import { ProtectionCount, RuleWarnings } from './protection.js';
import { ProtectionDto, ResourceDto, ResourcePageDto } from './resource.dto.js';
import { ResourceLister, type Known } from './resource-lister.js';
import { daysWanted, toResourceQuery, type DaysWanted } from './resource-query.js';
import { RuleBook } from './rule-book.js';
import { showResource } from './show-resource.js';
import type { JudgedTime } from './evidence.js';

const PROBLEMS: ProblemsByStatus = { 400: ['invalid-parameter'], 503: ['overloaded'] };

@ApiTags('resources')
@ApiHeader(REQUEST_HEADERS.preferWait)
@ApiHeader(REQUEST_HEADERS.cacheControl)
@Controller('v1')
export class ResourcesController {
  readonly #writer: AnswerWriter;

  constructor(
    private readonly lister: ResourceLister,
    private readonly assessor: Assessor,
    private readonly rules: RuleBook,
    private readonly warnings: RuleWarnings,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#writer = new AnswerWriter(clock);
  }

  @Get('resources')
  @NeedsScope('tasks:read')
  @ApiOperation({
    operationId: 'listResources',
    summary: 'What backups protect, and whether they do',
    description:
      'Lists resources, each with the verdict on its expectation, the worst first. What cannot be seen is UNKNOWN: the answer is a 200 even if no upstream can be read.',
  })
  @Problems({ ...PROBLEMS, 400: ['invalid-parameter', 'invalid-page-token'] })
  @ApiOkResponse({
    type: ResourcePageDto,
    description: 'A page of resources.',
    headers: { ...UNKEPT_HEADERS, Link: LIST_LINK },
  })
  async list(
    @Query() query: ListResourcesQuery,
    @CallerOf() { collection }: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourcePageDto> {
    const question = toResourceQuery(query);
    const preferences = lenientPreferencesOf(reply.request, collection.deadlineMs);
    const page = await this.lister.list(question, collection, preferences.freshness);
    const link = listLinks(reply.request, page.nextPageToken);
    this.#writer.describeUnkept(originOf(page.known, preferences, link), reply);
    const days = daysAt(question.days, page.moment);
    const resources: ResourceDto[] = [];
    for (const each of page.assessments) {
      resources.push(showResource(each, days && dayCells(each, days)));
      await yieldToEventLoop();
    }
    return {
      resources,
      nextPageToken: page.nextPageToken,
      totalSize: page.totalSize,
      ...judged(page.moment, page.known.completeness),
    };
  }

  @Get('resources/:id')
  @NeedsScope('tasks:read')
  @ApiOperation({
    operationId: 'getResource',
    summary: 'One resource',
    description:
      'Gives one resource by its id. While a feed of its source cannot be read, a resource that is not known is a 503 and not a 404: it may exist.',
  })
  @ApiParam({ name: 'id', description: 'The `id` of a resource, just as a list gave it.' })
  @Problems({
    ...PROBLEMS,
    404: ['resource-not-found'],
    414: ['bad-request'],
    503: ['resource-unknown', 'overloaded'],
  })
  @ApiOkResponse({
    type: ResourceDto,
    description: 'The resource.',
    headers: { ...UNKEPT_HEADERS, Link: ONE_LINK },
  })
  async get(
    @Param('id') id: string,
    @Query() query: GetResourceQuery,
    @CallerOf() { collection }: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceDto> {
    const wanted = daysWanted(query);
    const moment = this.lister.momentOf(query.asOf ?? null, null);
    const source = sourceOfTaskId(id);
    if (source === null || collection.sourceIdsIn({ source: [source] }).length === 0) throw notFound();
    const preferences = lenientPreferencesOf(reply.request, collection.deadlineMs);
    const known = await this.lister.known({ source: [source] }, collection, preferences.freshness);
    const found = await this.assessor.find(known, id, moment);
    if (found === null) throw absence(known.completeness);
    this.#writer.describeUnkept(originOf(known, preferences, serviceDescLink(reply.request)), reply);
    const days = daysAt(wanted, moment);
    return showResource(found, days && dayCells(found, days));
  }

  @Get('protection')
  @NeedsScope('tasks:read')
  @ApiOperation({
    operationId: 'getProtection',
    summary: 'How many resources are protected as expected',
    description: 'Tells how many resources have which verdict, by source and by expectation.',
  })
  @Problems(PROBLEMS)
  @ApiOkResponse({
    type: ProtectionDto,
    description: 'The counts.',
    headers: { ...UNKEPT_HEADERS, Link: ONE_LINK },
  })
  async protection(
    @Query() query: AsOfQuery,
    @CallerOf() { collection }: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProtectionDto> {
    const moment = this.lister.momentOf(query.asOf ?? null, null);
    const preferences = lenientPreferencesOf(reply.request, collection.deadlineMs);
    const known = await this.lister.known({}, collection, preferences.freshness);
    const { completeness } = known;
    const sourceIds = collection.sourceIdsIn({});
    const count = new ProtectionCount(sourceIds, this.rules.expectationsIn(sourceIds));
    for (const source of await this.assessor.judge(known, moment)) count.add(source);
    this.#writer.describeUnkept(originOf(known, preferences, serviceDescLink(reply.request)), reply);
    // Rules may be about sources that the caller does not see, or about resources that nobody sees at the moment.
    const isAllSeen = collection.key === 'all' && completeness.unreachable.length === 0;
    return {
      ...count.counts,
      warnings: isAllSeen ? this.warnings.of(count.groups) : [],
      ...judged(moment, completeness),
    };
  }
}

function originOf(
  { answer, completeness: { complete }, waitedMs }: Known,
  preferences: RequestPreferences,
  link: string,
): Origin {
  return { feeds: answer, complete, link, waitedMs, preferences };
}

function judged(
  { timeMs }: JudgedTime,
  completeness: Completeness,
): { asOf: string } & ReturnType<typeof completenessBody> {
  return { asOf: formatTime(timeMs), ...completenessBody(completeness) };
}

function daysAt(wanted: DaysWanted | null, { timeMs }: JudgedTime): Day[] | null {
  return wanted === null ? null : calendarDays(wanted.timeZone, wanted.count, timeMs);
}

function absence({ problems }: Completeness): ApiProblem {
  const unreachable = problems.filter(isUnreachable);
  if (unreachable.length === 0) return notFound();
  return new ApiProblem('resource-unknown', 'The resource may be in a feed that could not be read.', {
    problems: unreachable,
  });
}

function notFound(): ApiProblem {
  return new ApiProblem('resource-not-found', 'Nothing names a resource of that id.');
}
