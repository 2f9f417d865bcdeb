import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { CompletenessDto } from '@/answers/completeness.dto.js';
import { TASK, type Task } from '@/model/task.js';

@ApiSchema({ name: 'TaskPage', description: 'One page of tasks.' })
export class TaskPageDto {
  /** The tasks of this page, in the order asked for. */
  @ApiProperty({ type: 'array', items: TASK.json })
  tasks: Task[];

  /** The token of the next page. It is empty on the last page, and only there. */
  @ApiProperty({ example: '', maxLength: 512 })
  nextPageToken: string;

  /** How many tasks match, over all feeds that have a snapshot. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 0 })
  totalSize: number;

  /** Names of the feeds in scope whose current state could not be read, sorted. */
  @ApiProperty({ type: [String] })
  unreachable: string[];

  @ApiProperty({ type: CompletenessDto })
  completeness: CompletenessDto;
}
