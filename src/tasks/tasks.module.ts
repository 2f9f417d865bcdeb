import { Module } from '@nestjs/common';
import { TasksController } from './tasks.controller.js';
import { TaskFinder } from './task-finder.js';
import { TaskLister } from './task-lister.js';
import { View } from '@/view/view.js';

@Module({ controllers: [TasksController], providers: [View, TaskLister, TaskFinder] })
export class TasksModule {}
