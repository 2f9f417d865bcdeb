import { ApiProperty, ApiSchema } from '@nestjs/swagger';

/** A part that is not as it should be, while the gateway still answers. */
@ApiSchema({ name: 'DegradedPart' })
export class DegradedPartDto {
  @ApiProperty({ example: 'sources/kubernetes/feeds/-' })
  part: string;

  @ApiProperty({ example: 'FAILED: UNREACHABLE' })
  detail: string;
}

@ApiSchema({ name: 'Health' })
export class HealthDto {
  @ApiProperty({ enum: ['ok', 'degraded', 'stopping'] })
  status: 'ok' | 'degraded' | 'stopping';

  @ApiProperty({ type: [DegradedPartDto] })
  degraded: DegradedPartDto[];
}

/** The process runs. */
@ApiSchema({ name: 'Liveness' })
export class LivenessDto {
  @ApiProperty({ enum: ['ok'] })
  status: 'ok';
}
