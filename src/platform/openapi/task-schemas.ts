import type { OpenAPIObject } from '@nestjs/swagger';
import { TASK, TASK_CLUSTER, TASK_ERROR, TASK_RESOURCE, TASK_WARNING } from '@/model/task.js';

const PARTS = [TASK_RESOURCE, TASK_CLUSTER, TASK_ERROR, TASK_WARNING];

/** What an answer may have besides the fields of a task. */
const RAW = {
  type: 'object',
  additionalProperties: true,
  description:
    "The upstream's record as received, with secrets inside its texts replaced by `***`; only with `include=raw`.",
};

/** Adds the schemas of a task and of the objects in it. */
export function addTaskSchemas(document: OpenAPIObject): void {
  const task = { ...TASK.component, properties: { ...TASK.component.properties, raw: RAW } };
  const parts = PARTS.map(({ name, component }) => [name, component] as const);
  const { schemas = {} } = document.components ?? {};
  // A copy, because later steps change the document in place.
  const ours = structuredClone({ ...Object.fromEntries(parts), [TASK.name]: task });
  document.components = { ...document.components, schemas: Object.assign(schemas, ours) };
}
