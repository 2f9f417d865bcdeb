import { afterEach, beforeEach, expect, it } from 'vitest';
import { startGateway, type RunningGateway } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { sourceWith } from '../support/reading.js';
import { startRedis, until, type TestRedis } from '../support/redis.js';

const NOBODY = 'http://127.0.0.1:9';
const FEED = 'sources/backups/feeds/operation-logs';

let redis: TestRedis;
let gateways: RunningGateway[];
beforeEach(async () => {
  redis = await startRedis();
  gateways = [];
});
afterEach(async () => {
  for (const gateway of gateways) await gateway.stop();
  await redis.stop();
});

async function start(): Promise<RunningGateway> {
  const urls = { css: NOBODY, cbr: NOBODY, cce: NOBODY, ocp: NOBODY, iam: NOBODY, control: NOBODY };
  const source = sourceWith({ id: 'backups', provider: 'huawei-cbr', endpoint: NOBODY });
  const gateway = await startGateway(
    { urls },
    { redis: { url: redis.url, prefix: 'test-here' }, sources: () => [source] },
  );
  gateways.push(gateway);
  return gateway;
}

async function causeAt({ url }: RunningGateway): Promise<unknown> {
  const { body } = await ask(`${url}/v1/sources/backups`);
  const { feeds } = body as { feeds: readonly { reason: string | null; cause: string | null }[] };
  return `${feeds[0]?.reason ?? 'no reason'} ${feeds[0]?.cause ?? 'no cause'}`;
}

function warnings({ log }: RunningGateway): string[] {
  return log.filter((line) => line.includes(FEED) && line.includes('"warn"'));
}

it('every replica reports why a feed cannot be read, and the replica that read it logs it', async () => {
  const [reader, other] = [await start(), await start()];
  await until(async () => {
    await ask(`${reader.url}/v1/tasks`);
    return (await causeAt(other)) === 'UNREACHABLE REFUSED';
  });
  expect(await causeAt(reader)).toBe('UNREACHABLE REFUSED');
  expect(warnings(reader)).toHaveLength(1);
  expect(warnings(other)).toEqual([]);
});
