import { execFile, spawnSync } from 'node:child_process';
import { describe } from 'vitest';

/** Other kinds of `date` than GNU's have no `--version`. */
const TOOLS = ['curl', 'jq', 'date'];

/** Where a tool of the pages is missing, their commands are not run; in continuous integration it must not be missing. */
export const describeWithTools = canSkip() ? describe.skip : describe;

function canSkip(): boolean {
  const missing = TOOLS.filter((tool) => spawnSync(tool, ['--version']).status !== 0);
  if (missing.length === 0 || process.env.CI) return false;
  process.stderr.write(`The commands of docs/ need ${missing.join(' and ')}. Their tests are skipped.\n`);
  return true;
}

/** A command of a page, and what the page shows of its answer. */
export interface PageCommand {
  /** The heading above it. */
  readonly heading: string;
  readonly script: string;
  /** The block between this command and the next one, in one of the languages below. */
  readonly shown: { readonly language: ShownLanguage; readonly text: string } | null;
}

type ShownLanguage = (typeof SHOWN_LANGUAGES)[number];
const SHOWN_LANGUAGES = ['json', 'http', 'text'] as const;

/** What a command has printed. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  /** The HTTP status of each curl in it. */
  readonly statuses: readonly number[];
}

/** The headings and the fenced blocks of a page, in their order. */
const PARTS = /^(?:#+ (?<heading>[^\n]+)|```(?<language>\w+)\n(?<text>.*?)^```)$/gms;

/** The commands of a page, which are its blocks in `sh`. */
export function commandsOf(page: string): PageCommand[] {
  const commands: PageCommand[] = [];
  let heading = '';
  for (const { groups = {} } of page.matchAll(PARTS)) {
    const { language = '', text = '' } = groups;
    heading = groups.heading ?? heading;
    const last = commands.at(-1);
    if (language === 'sh') commands.push({ heading, script: text, shown: null });
    else if (isShown(language) && last?.shown === null) {
      commands.splice(-1, 1, { ...last, shown: { language, text: text.trim() } });
    }
  }
  return commands;
}

function isShown(language: string): language is ShownLanguage {
  return SHOWN_LANGUAGES.some((known) => known === language);
}

/** Makes each curl tell its status, on stderr. */
const PRELUDE = `curl() { command curl -sS -w '%{stderr}%{http_code}\\n' "$@"; }\n`;

/** Runs a command in a folder as a reader would. */
export function runInShell(
  script: string,
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Printed> {
  const options = { cwd: folder, env: { PATH: process.env.PATH, ...env }, maxBuffer: 32 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile('sh', ['-c', PRELUDE + script], options, (_fault, stdout, stderr) => {
      const lines = stderr.split('\n');
      resolve({ stdout, stderr, statuses: lines.filter((line) => /^\d{3}$/.test(line)).map(Number) });
    });
  });
}

/** What is wrong with the page about a command: empty if what was printed is like what it shows. */
export function faultsOf({ shown }: PageCommand, printed: Printed): string[] {
  if (shown === null) return statusFaults(200, printed);
  if (shown.language === 'http') return headFaults(shown.text, printed.stdout);
  if (shown.language === 'text') {
    const text = (printed.stdout + printed.stderr.replaceAll(/^\d{3}\n/gm, '')).trim();
    return text === shown.text ? [] : [`it printed ${text}, not ${shown.text}`];
  }
  const answer = JSON.parse(shown.text) as unknown;
  const { type, status } = answer as { readonly type?: string; readonly status?: unknown };
  const expected = type?.startsWith('/problems/') ? Number(status) : 200;
  return [...statusFaults(expected, printed), ...shapeFaults(answer, parse(printed.stdout))];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function statusFaults(expected: number, { statuses, stdout, stderr }: Printed): string[] {
  const isAsExpected = statuses.length > 0 && statuses.every((status) => status === expected);
  return isAsExpected ? [] : [`the status is ${statuses.join()}, not ${expected}: ${stdout}${stderr}`];
}

/** The status line must be the same, and the headers but for the numbers and quoted texts in them. */
function headFaults(shown: string, printed: string): string[] {
  const lines = new Set(printed.split(/\r?\n/).map(withoutValues));
  return shown.split('\n').filter((line) => !lines.has(withoutValues(line)));
}

function withoutValues(line: string): string {
  if (line.startsWith('HTTP/')) return line;
  return line.replaceAll(/"[^"]*"|\d+/g, '0').toLowerCase();
}

const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
/** Statuses, verdicts, reasons and the like. */
const WORD = /^[A-Z_]+$/;

/**
 * Where an answer lacks what a page shows of it. A page may leave fields and elements out. Words in capitals, sentences but for
 * the numbers in them, booleans and null must be the same; ids, times and numbers are those of the moment.
 */
function shapeFaults(shown: unknown, actual: unknown, path = '$'): string[] {
  if (Array.isArray(shown)) return listFaults(shown, actual, path);
  if (typeof shown === 'object' && shown !== null) return objectFaults(shown, actual, path);
  return isAlike(shown, actual) ? [] : [`${path} is ${JSON.stringify(actual)}, not ${JSON.stringify(shown)}`];
}

function listFaults(shown: readonly unknown[], actual: unknown, path: string): string[] {
  if (!Array.isArray(actual)) return [`${path} is no list`];
  if (shown.length === 0 && actual.length > 0) return [`${path} is not empty`];
  return shown.flatMap((each, position) => {
    const faults = actual.map((element) => shapeFaults(each, element, `${path}[${position}]`));
    const isThere = faults.some((found) => found.length === 0);
    return isThere ? [] : (faults[position] ?? [`${path}[${position}] is not there`]);
  });
}

function objectFaults(shown: object, actual: unknown, path: string): string[] {
  if (typeof actual !== 'object' || actual === null) return [`${path} is no object: ${String(actual)}`];
  const fields = new Map<string, unknown>(Object.entries(actual));
  return Object.entries(shown).flatMap(([name, value]) =>
    fields.has(name)
      ? shapeFaults(value, fields.get(name), `${path}.${name}`)
      : [`${path}.${name} is not there`],
  );
}

function withoutNumbers(sentence: string): string {
  return sentence.replaceAll(/[\d.:TZ-]*\d[\d.:TZ-]*/g, '0');
}

function isAlike(shown: unknown, actual: unknown): boolean {
  if (typeof shown === 'number') return typeof actual === 'number';
  if (typeof shown !== 'string' || typeof actual !== 'string') return shown === actual;
  if (shown === '' || WORD.test(shown)) return shown === actual;
  if (shown.includes(' ')) return withoutNumbers(shown) === withoutNumbers(actual);
  return TIME.test(shown) === TIME.test(actual);
}
