import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IN_FULL } from '../support/figures.js';
import { Forger, FORGED_ID } from './forger.js';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { startRedis, until, type TestRedis } from '../support/redis.js';
import { usesRedis } from '../support/replica.js';
import { SMALL } from '../support/test-setup.js';
import { askPage, ids } from '../support/tasks.js';

const PREFIX = 'test-forgery';
const SECRET = 'a secret that no stranger knows';
/** Reads of every feed, each with a change that has to be seen. */
const ROUNDS = IN_FULL ? 60 : 1;

let redis: TestRedis;
let simulator: Simulator;
let gateways: RunningGateway[];
let forger: Forger;

beforeEach(async () => {
  redis = await startRedis();
  simulator = await startSimulator(SMALL);
  const options = {
    redis: { url: redis.url, prefix: PREFIX },
    secret: SECRET,
    deadlineMs: 20_000,
    sources: ((sources) =>
      sources.map((source) => ({ ...source, freshForMs: 300, timeoutMs: 1_000 }))) as NonNullable<
      Parameters<typeof startGateway>[1]
    >['sources'],
  };
  gateways = await Promise.all([startGateway(simulator, options), startGateway(simulator, options)]);
  for (const gateway of gateways) {
    await usesRedis(gateway);
    await askPage(gateway.url);
  }
  forger = new Forger(redis.port);
  await until(() => forger.turns > 3);
});
afterEach(async () => {
  await forger.stop();
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await simulator.stop();
  await redis.stop();
});

async function showNothingForged(): Promise<void> {
  for (const { url } of gateways) {
    const { tasks } = await askPage(url, { pageSize: 1000 });
    expect(ids(tasks)).not.toContain(FORGED_ID);
    const sources = await ask(`${url}/v1/sources`);
    expect(sources.status).toBe(200);
    expect(sources.text).not.toContain('FORBIDDEN');
  }
}

/** What each feed's upstream tells now is seen by both gateways. */
async function seeAChange(): Promise<void> {
  const query = { source: 'search-logs' };
  const before = (await askPage(gateways[0]?.url ?? '', query)).totalSize;
  simulator.fleet.css[0]?.rows.removeAt('oldest-first', new Set([0]));
  for (const { url } of gateways) {
    await until(async () => {
      await showNothingForged();
      return (await askPage(url, query)).totalSize === before - 1;
    });
  }
}

describe('a Redis whose every value and message is forged by an attacker without the secret', () => {
  it(
    'adds no forged task, stops no feed, and leaves /v1/sources at 200',
    async () => {
      for (let round = 0; round < ROUNDS; round += 1) await seeAChange();
      const { text } = await ask(`${gateways[0]?.url ?? ''}/metrics`);
      expect(text).toMatch(/tributary_redis_rejected_total\{kind="event"\} [1-9]/);
      expect(text).toMatch(/tributary_redis_rejected_total\{kind="entry"\} [1-9]/);
      for (const { log } of gateways) {
        expect(log.filter((line) => line.includes('ignored invalid data in Redis'))).toHaveLength(1);
      }
    },
    IN_FULL ? 600_000 : 120_000,
  );
});
