import { Module } from '@nestjs/common';
import { TasksController } from './http/tasks.controller.js';
import { TaskFinder } from './task-finder.js';
import { TaskLister } from './task-lister.js';

@Module({ controllers: [TasksController], providers: [TaskLister, TaskFinder] })
export class TasksModule {}
