import { Controller, Get, Header, Inject, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Callers } from '@/access/callers.js';
import { NeedsScope } from '@/access/route/needs-scope.js';
import { ConfigurationStatus, type ConfigurationProblem } from '@/config/configuration-status.js';
import type { FeedStatus } from '@/model/collection.js';
import { DEPENDENCIES, type Dependencies, type DependencyStatus } from '@/model/dependency.js';
import { formatTime } from '@/model/time.js';
import { Drain } from '../stopping/drain.js';
import { HealthDto, LivenessDto, type DegradedPartDto } from './health.dto.js';

@ApiTags('operations')
@Controller('health')
export class HealthController {
  constructor(
    private readonly callers: Callers,
    @Inject(DEPENDENCIES) private readonly dependencies: Dependencies,
    private readonly drain: Drain,
    private readonly configuration: ConfigurationStatus,
  ) {}

  @Get('live')
  @NeedsScope('none')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    operationId: 'getLiveness',
    summary: 'Whether the process runs',
    description:
      'Tells that the process runs, for a supervisor that restarts what no longer answers. Asks nobody else.',
  })
  @ApiOkResponse({ type: LivenessDto, description: 'It runs.' })
  live(): LivenessDto {
    return { status: 'ok' };
  }

  /** A feed that nobody has asked for yet is no defect: it is read when it is asked for. */
  @Get('ready')
  @NeedsScope('none')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    operationId: 'getReadiness',
    summary: 'Whether the gateway can answer, even if only partially',
    description:
      'Tells whether the gateway can answer, even if only partially, and lists what is amiss; for a balancer that sends requests where they are answered. Asks no upstream.',
  })
  @ApiOkResponse({ type: HealthDto, description: 'The gateway answers; `degraded` lists what is amiss.' })
  @ApiServiceUnavailableResponse({ type: HealthDto, description: 'The gateway is stopping.' })
  async ready(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<HealthDto> {
    const { collection, hasDetails } = await this.callers.readinessFor(request);
    const feeds = collection.status().flatMap((source) => source.feeds);
    const degraded = [...this.dependencies().flatMap(downPart), ...feeds.filter(isDegraded).map(asPart)];
    const details = hasDetails ? { degraded, ...configurationPart(this.configuration.problem) } : {};
    if (this.drain.hasBegun) {
      void reply.status(503);
      return { status: 'stopping', ...details };
    }
    return { status: degraded.length === 0 ? 'ok' : 'degraded', ...details };
  }
}

function configurationPart(problem: ConfigurationProblem | null): Pick<HealthDto, 'configuration'> {
  if (problem === null) return {};
  const { state, message, sinceMs } = problem;
  return { configuration: { state, message, since: formatTime(sinceMs) } };
}

function downPart({ name, code, lacking }: DependencyStatus): DegradedPartDto[] {
  if (code === null) return [];
  return [{ part: name, detail: lacking === null ? code : `${code}: ${lacking}` }];
}

function isDegraded({ state, reason }: FeedStatus): boolean {
  return state === 'FAILED' || state === 'TRUNCATED' || (state === 'STALE' && reason !== null);
}

function asPart({ feed, state, reason }: FeedStatus): DegradedPartDto {
  return { part: feed, detail: reason === null ? state : `${state}: ${reason}` };
}
