// Builds the overview page into the folder of a compiled gateway: node scripts/build-page.mjs dist
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { BUNDLED_PACKAGES } from './bundled-packages.mjs';

const [compiled] = process.argv.slice(2);
if (compiled === undefined) {
  console.error('usage: node scripts/build-page.mjs FOLDER');
  process.exit(64);
}
const folder = join(compiled, 'overview/assets');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const { metafile } = await build({
  entryPoints: ['src/overview/page/main.ts', 'src/overview/page/style/style.css'],
  outdir: folder,
  outbase: 'src/overview/page',
  entryNames: '[name]-[hash]',
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
checkPackages(Object.keys(metafile.inputs));
writeLicences();

/** What is bundled must be in the bill of materials, whose list is not made by looking at bundles. */
function checkPackages(inputs) {
  const names = inputs.flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []);
  const found = [...new Set(names)].sort();
  if (found.join() === BUNDLED_PACKAGES.join()) return;
  console.error(`The page bundles ${found.join(', ')}; name exactly these in scripts/bundled-packages.mjs.`);
  process.exit(1);
}

/** The licences ask that their texts come with the code. */
function writeLicences() {
  const texts = BUNDLED_PACKAGES.map((name) => {
    const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'));
    return `${name} ${version} (${license})\n\n${readFileSync(`node_modules/${name}/LICENSE`, 'utf8').trim()}\n`;
  });
  const all = texts.join(`\n${'-'.repeat(72)}\n\n`);
  const hash = createHash('sha256').update(all).digest('hex').slice(0, 8);
  writeFileSync(join(folder, `licences-${hash}.txt`), all);
}
