import type { FeedAnswer, SourceStatus } from '@/model/collection.js';
import type { ListedResource } from '@/model/listed-resource.js';
import type { AssessmentInput, Assessor } from '@/resources/assessor.js';
import type { JudgedTime } from '@/resources/evidence.js';
import type { Assessment } from '@/resources/source-judge.js';

/** All resources that are known, each with its verdict at a moment. */
export async function assess(
  assessor: Assessor,
  known: AssessmentInput,
  moment: JudgedTime,
): Promise<Assessment[]> {
  const assessments: Assessment[] = [];
  await assessor.visit(known, moment, (judged, judge) =>
    assessments.push({ ...judge.assess(judged.memoized), judgement: judged.judgement }),
  );
  return assessments;
}

/** What is known of one source of CBR, by its feeds and by what it lists. */
export function inputOf(
  source: string,
  feeds: readonly Omit<FeedAnswer, 'agesFrom' | 'freshForMs'>[],
  listed: readonly ListedResource[] = NOTHING_LISTED,
): AssessmentInput {
  const status = { id: source, provider: 'huawei-cbr', region: null, projectId: null, feeds: [] };
  return {
    answer: {
      feeds: feeds.map((feed) => ({ ...feed, agesFrom: null, freshForMs: 15_000 })),
      waitedFor: null,
      collapsed: false,
    },
    listed: new Map([[source, listed]]),
    sources: [status as unknown as SourceStatus],
  };
}

/** One and the same, as while nothing is listed anew. */
const NOTHING_LISTED: readonly ListedResource[] = [];
