// Prints what the image is made from as CycloneDX, or, with --licences, checks the licences of it. It reads the package.json
// and the package-lock.json of the current folder; nothing needs to be installed.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUNDLED_PACKAGES } from './bundled-packages.mjs';

/** Licences without conditions beyond naming their authors, as SPDX writes them. */
const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Python-2.0',
];

const [option, ...others] = process.argv.slice(2);
if (others.length > 0 || (option !== undefined && option !== '--licences')) {
  console.error('usage: node scripts/sbom.mjs [--licences]');
  process.exit(64);
}
const bill = billOfMaterials();
if (option === undefined) console.log(JSON.stringify(bill, null, 2));
else checkLicences(bill.components);

/** `npm sbom --omit=dev` leaves out what development needs too, axios among others. So it sees a lock without the rest. */
function billOfMaterials() {
  const folder = mkdtempSync(join(tmpdir(), 'sbom-'));
  try {
    const { name, version, license, description, dependencies, devDependencies } = read('package.json');
    const manifest = { name, version, license, description, dependencies: { ...dependencies } };
    for (const bundled of BUNDLED_PACKAGES) {
      if (devDependencies?.[bundled] !== undefined) manifest.dependencies[bundled] = devDependencies[bundled];
    }
    // npm takes the name of the folder for the name of the program.
    const project = join(folder, name);
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(project, 'package-lock.json'), JSON.stringify(productionLock(manifest)));
    const args = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=application'];
    const shell = process.platform === 'win32';
    return JSON.parse(execFileSync('npm', args, { cwd: project, shell, maxBuffer: 64 * 1024 * 1024 }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The packages that `npm ci --omit=dev --omit=optional` installs, and those that are in the script of the page. */
function productionLock(manifest) {
  const lock = read('package-lock.json');
  const bundled = new Set(BUNDLED_PACKAGES.map((name) => `node_modules/${name}`));
  const shipped = Object.entries(lock.packages).filter(
    ([path, { dev, optional, devOptional }]) =>
      bundled.has(path) || (path !== '' && !dev && !optional && !devOptional),
  );
  // npm leaves out what is marked as development's.
  const unmarked = shipped.map(([path, entry]) => [path, { ...entry, dev: undefined }]);
  return { ...lock, packages: { '': manifest, ...Object.fromEntries(unmarked) } };
}

function checkLicences(components) {
  const refused = components
    .map(({ name, version, licenses = [] }) => ({ name, version, licences: licenses.map(licenceName) }))
    .filter(({ licences }) => licences.length === 0 || !licences.every((each) => ALLOWED.includes(each)));
  for (const { name, version, licences } of refused) {
    console.error(
      `${name}@${version}: the licence ${licences.join(', ') || '(none)'} is not on the list in scripts/sbom.mjs; use another package, or add the licence once it is known to fit`,
    );
  }
  if (refused.length === 0) console.log(`ok: ${components.length} packages`);
  else process.exitCode = 1;
}

function licenceName({ license, expression }) {
  return license?.id ?? license?.name ?? expression ?? '(none)';
}

function read(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
