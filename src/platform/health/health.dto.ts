import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';

@ApiSchema({
  name: 'DegradedPart',
  description: 'A part that is not as it should be, while the gateway still answers.',
})
export class DegradedPartDto {
  /** The full name of a feed, or a part of the gateway such as `redis`. */
  @ApiProperty({ example: 'sources/kubernetes/feeds/-' })
  part: string;

  /** What is amiss with it: the state and the reason of a feed, or an error code. */
  @ApiProperty({ example: 'FAILED: UNREACHABLE' })
  detail: string;
}

@ApiSchema({
  name: 'ChangedConfiguration',
  description: 'Why the gateway does not run with the configuration that its files hold.',
})
export class ChangedConfigurationDto {
  /** INVALID: nothing of it is used. RESTART_NEEDED: all of it is used but what only a start can change. */
  @ApiProperty({ enum: ['INVALID', 'RESTART_NEEDED'] })
  state: 'INVALID' | 'RESTART_NEEDED';

  /** What is wrong, or which settings need a restart. */
  @ApiProperty({ example: 'A restart is needed for server.port.' })
  message: string;

  /** Since when. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-20T08:00:00.000Z' })
  since: string;
}

@ApiSchema({ name: 'Health', description: 'Whether the gateway can answer.' })
export class HealthDto {
  /** `ok`, `degraded` (some parts are not as they should be, and it answers) or `stopping`. */
  @ApiProperty({ enum: ['ok', 'degraded', 'stopping'] })
  status: 'ok' | 'degraded' | 'stopping';

  /** The parts that are not as they should be. Only callers with the scope `sources:read` get it. */
  @ApiPropertyOptional({ type: [DegradedPartDto] })
  degraded?: DegradedPartDto[];

  /** Present while the files of the configuration hold another one than the gateway runs with. Needs `sources:read`, too. */
  @ApiPropertyOptional({ type: ChangedConfigurationDto })
  configuration?: ChangedConfigurationDto;
}

@ApiSchema({ name: 'Liveness', description: 'The process runs.' })
export class LivenessDto {
  /** Always `ok`: there is no answer otherwise. */
  @ApiProperty({ enum: ['ok'] })
  status: 'ok';
}
