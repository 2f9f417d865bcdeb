import { Controller, Get, Header, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CallerOf, type Caller } from '@/access/route/caller.js';
import { NeedsScope } from '@/access/route/needs-scope.js';
import { ApiProblem } from '@/platform/problem/api-problem.js';
import { CallBudgets, type CallBudget } from '@/model/call-budget.js';
import type { CircuitStatus, FeedStatus, SourceStatus } from '@/model/collection.js';
import type { Diagnosis } from '@/model/diagnosis.js';
import { DRIFT_KINDS, type DriftKind } from '@/model/drift.js';
import { PROVIDERS, type Provider } from '@/model/provider.js';
import { Problems, type ProblemsByStatus } from '@/platform/problem/problems.decorator.js';
import { formatTime, isEpochMs } from '@/model/time.js';
import {
  NoQuery,
  ProviderListDto,
  SourceDto,
  SourceListDto,
  type CallBudgetDto,
  type CauseDto,
  type CircuitDto,
  type FeedDto,
} from './sources.dto.js';

/** Of calls that ask no upstream. */
const LIGHT: ProblemsByStatus = { 400: ['invalid-parameter'], 503: ['overloaded'] };

@ApiTags('sources')
@Controller('v1')
export class SourcesController {
  constructor(
    @Inject(PROVIDERS) private readonly providers: readonly Provider[],
    private readonly budgets: CallBudgets,
  ) {}

  @Get('sources')
  @NeedsScope('sources:read')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    operationId: 'listSources',
    summary: 'All sources and the state of their feeds',
    description:
      'Lists all configured sources with the state of each of their feeds, as the gateway knows it at this moment. Asks no upstream.',
  })
  @Problems(LIGHT)
  @ApiOkResponse({ type: SourceListDto, description: 'The sources in configured order.' })
  async list(@Query() _query: NoQuery, @CallerOf() { collection }: Caller): Promise<SourceListDto> {
    return { sources: await Promise.all(collection.status().map((source) => this.show(source))) };
  }

  @Get('sources/:source')
  @NeedsScope('sources:read')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    operationId: 'getSource',
    summary: 'One source and the state of its feeds',
    description:
      'Gives one source by its configured id, with the state of each of its feeds, as the gateway knows it at this moment. Asks no upstream.',
  })
  @ApiParam({ name: 'source', description: 'The configured id of the source.' })
  @Problems({ ...LIGHT, 404: ['source-not-found'], 414: ['bad-request'] })
  @ApiOkResponse({ type: SourceDto, description: 'The source.' })
  async get(
    @Param('source') id: string,
    @Query() _query: NoQuery,
    @CallerOf() { collection }: Caller,
  ): Promise<SourceDto> {
    const source = collection.status().find((status) => status.id === id);
    if (source === undefined)
      throw new ApiProblem('source-not-found', 'No source with that id is configured.');
    return this.show(source);
  }

  @Get('providers')
  @NeedsScope('tasks:read')
  @Header('cache-control', 'private, max-age=300')
  @ApiOperation({
    operationId: 'listProviders',
    summary: 'The kinds of upstream systems the gateway can read',
    description:
      'Lists the kinds of upstream systems that the gateway can read, whether or not a source of the kind is configured. It is an open list: new kinds may appear.',
  })
  @Problems(LIGHT)
  @ApiOkResponse({ type: ProviderListDto, description: 'The providers.' })
  providerList(@Query() _query: NoQuery): ProviderListDto {
    return {
      providers: this.providers.map(({ description }) => ({
        ...description,
        upstreamFilters: [...description.upstreamFilters],
        taskTypes: [...description.taskTypes],
        taskStatuses: [...description.taskStatuses],
      })),
    };
  }

  private async show({ feeds, ...source }: SourceStatus): Promise<SourceDto> {
    const budget = await this.budgets.of(source.id);
    return {
      ...source,
      circuit: asCircuit(source.circuit),
      budget: asBudget(budget),
      feeds: feeds.map(asFeed),
    };
  }
}

function asCircuit({ state, nextProbeTimeMs }: CircuitStatus): CircuitDto {
  return { state, nextProbeTime: timeOrNull(nextProbeTimeMs) };
}

function asBudget(budget: CallBudget | null): CallBudgetDto | null {
  if (budget === null) return null;
  const { calls, perMs, remaining, resetTimeMs } = budget;
  return { calls, perSeconds: perMs / 1000, remaining, resetTime: timeOrNull(resetTimeMs) };
}

function asFeed(status: FeedStatus): FeedDto {
  return {
    name: status.feed,
    state: status.state,
    reason: status.reason,
    ...asCause(status.diagnosis),
    taskCount: status.taskCount,
    resourceCount: status.resourceCount ?? null,
    fetchTime: timeOrNull(status.fetchTimeMs),
    ageSeconds: status.ageMs === null ? null : Math.round(status.ageMs) / 1000,
    lastSuccessTime: timeOrNull(status.lastSuccessTimeMs),
    lastErrorTime: timeOrNull(status.lastErrorTimeMs),
    coveredSince: status.coveredSince,
    upstreamCalls: status.upstreamCalls,
    circuit: asCircuit(status.circuit),
    drift: ofEachKind((kind) => status.drift[kind] ?? 0),
    driftExamples: ofEachKind((kind) => status.driftExamples[kind] ?? null),
  };
}

function asCause(diagnosis: Diagnosis | null): Pick<FeedDto, keyof CauseDto> {
  if (diagnosis === null) return NO_CAUSE;
  return {
    cause: diagnosis.cause,
    failedCall: diagnosis.call,
    httpStatus: diagnosis.httpStatus,
    upstreamErrorCode: diagnosis.errorCode,
    upstreamRequestId: diagnosis.requestId,
  };
}

const NO_CAUSE = {
  ...{ cause: null, failedCall: null, httpStatus: null, upstreamErrorCode: null, upstreamRequestId: null },
};

function ofEachKind<T>(value: (kind: DriftKind) => T): Record<DriftKind, T> {
  return Object.fromEntries(DRIFT_KINDS.map((kind) => [kind, value(kind)])) as Record<DriftKind, T>;
}

/** What no clock of ours has told may be no time at all. */
function timeOrNull(epochMs: number | null): string | null {
  return isEpochMs(epochMs) ? formatTime(epochMs) : null;
}
