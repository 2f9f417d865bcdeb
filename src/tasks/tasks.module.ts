import { Module } from '@nestjs/common';
import { View } from '@/view/view.js';
import { FeedsInScope } from './feeds-in-scope.js';
import { SummaryController } from './summary.controller.js';
import { TaskFinder } from './task-finder.js';
import { TaskLister } from './task-lister.js';
import { TaskSummariser } from './task-summariser.js';
import { TasksController } from './tasks.controller.js';

@Module({
  controllers: [TasksController, SummaryController],
  providers: [View, FeedsInScope, TaskLister, TaskFinder, TaskSummariser],
})
export class TasksModule {}
