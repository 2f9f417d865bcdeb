import { JsonText } from '@/model/json-text.js';
import type { ReadContext } from '@/model/provider.js';
import type { TaskRow } from '@/model/task.js';
import { runCooperatively, visitInSteps } from '@/scheduling/cooperative.js';

/** The context of a read of a whole list, most of whose records the previous read has brought as well. */
export async function withKnownRecords(context: ReadContext): Promise<ReadContext> {
  const known = new Map<string, TaskRow>();
  const rows = context.previous?.rows ?? [];
  await runCooperatively(
    visitInSteps(rows, (row) => {
      if (row.raw instanceof JsonText) known.set(row.raw.text, row);
    }),
  );
  return { ...context, known };
}
