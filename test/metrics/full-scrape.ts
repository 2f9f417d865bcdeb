import { configFor, runGateway } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { redisNamespace, until } from '../support/redis.js';
import type { TestSetup } from '../support/test-setup.js';
import { addCases, PROTECTION } from './backup-cases.js';

/** Long enough that the faults are seen in a scrape, and not what came after them. */
const FRESH_FOR_MS = 3_600_000;

/**
 * What a gateway with a Redis tells at `/metrics` when each metric has something to tell: there are backups of every kind,
 * an upstream that fails, one with rows of another format, requests and partial answers.
 */
export async function fullScrape(setup: TestSetup): Promise<string> {
  const simulator = await setup.simulator({ fleet: 'empty', life: { rate: 0 } });
  addCases(simulator, Date.now() - 90 * 60_000);
  await simulator.setFault('cbr', { kind: 'rows-unknown-statuses', rowStep: 4 });
  await simulator.setFault('css', 'error-500');
  const { url, prefix, stop } = await redisNamespace();
  setup.onClear(stop);
  const config = configFor(simulator, {
    redis: { url, prefix },
    protection: PROTECTION,
    sources: (sources) =>
      sources.map((source) => ({
        ...source,
        freshForMs: FRESH_FOR_MS,
        rate: { calls: 1_000, perMs: FRESH_FOR_MS },
      })),
  });
  const gateway = await runGateway(config);
  setup.onClear(gateway.stop);
  for (const path of ['/v1/tasks', '/v1/resources', '/health/ready']) await ask(gateway.url + path);
  let text = '';
  // Garbage collection has no series until there was one.
  await until(async () => {
    ({ text } = await ask(`${gateway.url}/metrics`, { 'cache-control': 'only-if-cached' }));
    return text.includes('nodejs_gc_duration_seconds_sum');
  });
  return text;
}
