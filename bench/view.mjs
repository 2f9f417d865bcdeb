import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { PerformanceObserver, constants, monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { serveParent } from './harness/server-process.mjs';
import { CLOCK_OF_WORLD, makeCollection } from './world/collection.mjs';
import { product } from './world/product.mjs';
import { PROTECTION } from './world/protection.mjs';

const { boundHeapGrowth } = await product('platform/bound-heap-growth.js');
boundHeapGrowth();
const { CLOCK } = await product('model/clock.js');
const { FeedCollection } = await product('model/collection.js');
const { PROVIDERS } = await product('model/provider.js');
const { LOGGER } = await product('platform/logging/logger.js');
const { QueryValidationPipe } = await product('platform/problem/query-validation.pipe.js');
const { ResourcesModule } = await product('resources/resources.module.js');
const { PAGE_TOKEN_KEYS } = await product('view/page-token.js');
const { TasksModule } = await product('tasks/tasks.module.js');

async function startQuestionSide(collection) {
  class Root {}
  const provide = [
    { provide: CLOCK, useValue: CLOCK_OF_WORLD },
    { provide: LOGGER, useValue: { warn: () => undefined } },
    { provide: FeedCollection, useValue: collection },
    { provide: PROVIDERS, useValue: [] },
    { provide: PAGE_TOKEN_KEYS, useValue: { own: 'benchmark page token secret', shared: null } },
  ];
  const imports = [TasksModule, ResourcesModule.on({ protection: PROTECTION, metrics: { maxResources: 1000 } })];
  Module({ imports, providers: provide, exports: provide.map((each) => each.provide) })(Root);
  const app = await NestFactory.create({ module: Root, global: true }, new FastifyAdapter(), {
    logger: false,
  });
  app.useGlobalPipes(new QueryValidationPipe());
  // Everyone may see everything here.
  const caller = { name: 'benchmark', collection, assertMayUse: () => undefined };
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async (request) => {
      request.caller = caller;
    });
  await app.listen(0, '127.0.0.1');
  return app;
}

/** How long the event loop is held, garbage collections among it. */
function watchEventLoop() {
  const held = monitorEventLoopDelay({ resolution: 1 });
  held.enable();
  const collections = { longestMs: 0 };
  new PerformanceObserver((list) => {
    for (const { duration, detail } of list.getEntries()) {
      if (detail.kind !== constants.NODE_PERFORMANCE_GC_MINOR) continue;
      collections.longestMs = Math.max(collections.longestMs, duration);
    }
  }).observe({ entryTypes: ['gc'] });
  return {
    reset: () => {
      held.reset();
      collections.longestMs = 0;
    },
    /** In milliseconds how long the event loop was held at most since the reset, and in MB the memory in use. */
    figures: () => ({
      heldMs: held.max / 1e6,
      minorGcMs: collections.longestMs,
      rssMb: process.memoryUsage.rss() / 1e6,
    }),
  };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** The question side of a gateway over feeds that are made here: nothing is read from an upstream. */
await serveParent(async ({ kinds = ['css', 'ocp'], ...settings }) => {
  const collection = await makeCollection({ kinds, ...settings });
  const app = await startQuestionSide(collection);
  return {
    ready: { url: await app.getUrl() },
    calls: {
      ...watchEventLoop(),
      /** Changes one feed: some of its rows, and the streams among them. */
      change: async ({ changed }) => {
        await collection.change(changed);
      },
      /** The memory that is in use, in MB. */
      heap: () => {
        collectGarbage();
        return process.memoryUsage().heapUsed / 1e6;
      },
    },
  };
});
