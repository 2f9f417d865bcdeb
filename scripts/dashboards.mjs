// Writes the Grafana dashboards into a folder: node scripts/dashboards.mjs deploy/grafana
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { backups } from './dashboards/backups.mjs';
import { gateway } from './dashboards/gateway.mjs';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: node scripts/dashboards.mjs FOLDER');
  process.exit(64);
}
mkdirSync(folder, { recursive: true });
const style = await resolveConfig('deploy/grafana/backups.json');
for (const [name, dashboard] of Object.entries({ backups, gateway })) {
  const text = await format(JSON.stringify(dashboard), { ...style, parser: 'json' });
  writeFileSync(join(folder, `${name}.json`), text);
}
