import { startSimulator } from './simulator.js';

/** The simulator by itself, on fixed ports; `SIMULATOR_HOST` names the address to listen on. */
const simulator = await startSimulator({
  host: process.env.SIMULATOR_HOST ?? '127.0.0.1',
  protectionCases: true,
  ports: { css: 4001, cbr: 4002, cce: 4003, ocp: 4004, iam: 4005 },
});
process.stdout.write(`${JSON.stringify(simulator.urls)}\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void simulator.stop().then(() => process.exit(0));
  });
}
