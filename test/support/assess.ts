import type { AssessmentInput, Assessor } from '@/resources/assessor.js';
import type { Assessment, JudgedTime } from '@/resources/source-judge.js';

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
