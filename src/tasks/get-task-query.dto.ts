import { ChoiceParameter } from '@/answers/parameters.js';

/** The query of `GET /v1/tasks/{id}`. */
export class GetTaskQuery {
  @ChoiceParameter(['raw'], { description: "`raw` adds the upstream's record." })
  include?: string;
}
