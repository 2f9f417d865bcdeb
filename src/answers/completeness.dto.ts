import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { FAILURE_REASONS, type FailureReason } from '@/model/failure.js';
import type { ProblemState } from '@/model/collection.js';

@ApiSchema({ name: 'FeedProblem', description: 'A feed in scope that is missing, stale or truncated.' })
export class FeedProblemDto {
  /** The full name of the feed. */
  @ApiProperty({ example: 'sources/kubernetes/feeds/5b1f6c1e-6a6a-4a5e-8a0e-3f1f7d1c2b3a' })
  feed: string;

  /**
   * LOADING: no snapshot yet. FAILED: no snapshot, and the last read failed. STALE: an older snapshot is served.
   * TRUNCATED: the feed could be read only in part.
   */
  @ApiProperty({ enum: ['LOADING', 'FAILED', 'STALE', 'TRUNCATED'] })
  state: ProblemState;

  /** Why the feed could not be read; null if no read has failed. */
  @ApiProperty({ enum: FAILURE_REASONS, nullable: true, example: 'TIMEOUT' })
  reason: FailureReason | null;

  /** A sentence that explains the state and the reason. */
  @ApiProperty({ example: 'The upstream did not answer in time.' })
  message: string;

  /** When the feed was last read without a failure. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-11-20T08:00:00.000Z' })
  lastSuccessTime: string | null;
}

@ApiSchema({ name: 'Completeness', description: 'Whether an answer is complete and, if not, why.' })
export class CompletenessDto {
  /** False when any feed in scope is missing, stale beyond what the caller accepts, or truncated. */
  complete: boolean;

  /** All feeds in scope are covered from this time on; null if the time is not known for one of them. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-10-22T00:00:00.000Z' })
  completeSince: string | null;

  /** One entry for each feed that keeps the answer from being complete. */
  @ApiProperty({ type: [FeedProblemDto] })
  problems: FeedProblemDto[];
}
