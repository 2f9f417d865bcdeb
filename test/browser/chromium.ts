import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';
import { chromium, type Browser, type BrowserContextOptions } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Any other name resolves to loopback, or not at all: nothing outside this machine can be reached. */
export const FOREIGN_HOST = 'gateway.test';
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-proxy-server',
  `--host-resolver-rules=MAP ${FOREIGN_HOST} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
];

/** A phone's window. */
export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
};

const NO_BROWSER =
  'The browser tests need Chromium: apt-get install chromium (or name one in CHROMIUM_PATH).';

/** The program at CHROMIUM_PATH, else the first on PATH that runs; null when there is none. */
function findChromium(env: NodeJS.ProcessEnv = process.env): string | null {
  const { CHROMIUM_PATH: named = '', PATH: path = '' } = env;
  if (named !== '') return runs(named) ? named : null;
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  const files = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return files.find(runs) ?? null;
}

/** Ubuntu has a `chromium-browser` that only tells how to install one. */
function runs(file: string): boolean {
  return existsSync(file) && spawnSync(file, ['--version'], { timeout: 10_000 }).status === 0;
}

const executablePath = findChromium();
const isSkipped = executablePath === null && !process.env.CI;
if (isSkipped) process.stderr.write(`${NO_BROWSER} They are skipped.\n`);

/** `describe` for tests in a browser: where there is none they are skipped, but not in continuous integration. */
export const describeInBrowser = isSkipped ? describe.skip : describe;

/** Starts a headless browser that reaches nothing but loopback. */
export async function launchChromium(): Promise<Browser> {
  if (executablePath === null) throw new Error(NO_BROWSER);
  return chromium.launch({ executablePath, args: ARGUMENTS });
}
