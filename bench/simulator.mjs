import { startSimulator } from '../dist/simulator/simulator.js';
import { serveParent } from './harness/server-process.mjs';

/** The upstreams, with tasks that stand still: every answer can then be compared with every other. */
await serveParent(async (options) => {
  const simulator = await startSimulator({ life: { rate: 0 }, ...options });
  const { urls, settings, fleet, calls } = simulator;
  return {
    ready: { urls, clusters: clustersOf(fleet), taskCount: taskCountOf(fleet) },
    calls: {
      setLatencies: (latencies) => {
        for (const [name, latencyMs] of Object.entries(latencies)) settings[name].latencyMs = latencyMs;
      },
      countCalls: () => calls.count(),
    },
  };
});

/** The feeds' clusters, by the gateway's provider ids. */
function clustersOf(fleet) {
  const named = ({ id, name }) => ({ id: String(id), name });
  return {
    'huawei-css': fleet.css.map(named),
    'huawei-cce': fleet.cce.map(named),
    'oceanbase-ocp': fleet.allOcpClusters.map(named),
  };
}

function taskCountOf(fleet) {
  const clusters = [...fleet.css, ...fleet.cce, ...fleet.allOcpClusters];
  return clusters.reduce((sum, { rows }) => sum + rows.records.length, fleet.cbr.records.length);
}
