/**
 * Secrets inside an upstream's texts. OceanBase writes where its backups go as a URI with `access_id` and `access_key`
 * in its query (oceanbase issue 2474), and repeats it in error messages; presigned URLs carry a signature.
 */

const HIDDEN = '***';

/**
 * The text with its secrets replaced by `***`: the values of parameters, JSON fields, XML elements and headers whose
 * names say so, percent-encoded ones included, and the user and password of URLs. Hiding twice changes nothing more.
 * Takes time in proportion to the length.
 */
export function hideSecrets(text: string): string {
  // Most texts are ids, words and times: a look at their characters is enough.
  if (!SEPARATOR.test(text) || !HINT.test(text)) return text;
  return hideValues(text.replace(USER_INFO, HIDDEN));
}

/**
 * The value with the secrets in its texts hidden, and the texts of fields whose names say that they are secret; the very
 * same value where it holds none.
 */
export function withoutSecrets<T>(value: T): T {
  return clean(value, DEEPEST) as T;
}

/** As deep as the JSON reader lets a body be: nothing deeper comes from an upstream. */
const DEEPEST = 1000;

function clean(value: unknown, levels: number): unknown {
  if (typeof value === 'string') return hideSecrets(value);
  if (levels < 0) return value;
  if (Array.isArray(value)) return cleanList(value, levels - 1);
  return isPlainObject(value) ? cleanObject(value, levels - 1) : value;
}

function cleanList(list: readonly unknown[], levels: number): readonly unknown[] {
  const cleaned = list.map((element) => clean(element, levels));
  return cleaned.every((element, index) => element === list[index]) ? list : cleaned;
}

function cleanObject(object: Readonly<Record<string, unknown>>, levels: number): object {
  let changed: Map<string, unknown> | null = null;
  for (const name of Object.keys(object)) {
    const value = object[name];
    const cleaned = typeof value === 'string' ? cleanText(name, value) : clean(value, levels);
    if (cleaned !== value) (changed ??= new Map()).set(name, cleaned);
  }
  if (changed === null) return object;
  const after = changed;
  // Defines `__proto__` as a field like any other.
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, after.has(name) ? after.get(name) : value]),
  );
}

function cleanText(name: string, text: string): string {
  return text !== '' && HINT.test(name) && isSecretName(name) ? HIDDEN : hideSecrets(text);
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Without one of these a text holds no value that has a name, and no URL. */
const SEPARATOR = /[=:>%]/;
/** Part of every name that is looked for, or of a URL. */
const HINT =
  /access|secret|token|sig|pass|pwd|cred|key|auth|x[-_](?:amz|oss|obs|cos|goog)|\b[as]k\b|:\/\/|%3a%2f%2f/i;

/**
 * What stands before the host of a URL; also percent-encoded; also with a password that holds what should have been
 * encoded, which is told from a port by not being a number.
 */
const USER_INFO = new RegExp(
  [
    String.raw`(?<=:\/\/)[^\s/?#"<>]+(?=@)`,
    String.raw`(?<=:\/\/)(?!\[)[^\s/?#@:"<>]*:(?!\d{1,5}(?:[/?#\s]|$))[^\s@"<>]{0,200}(?=@)`,
    String.raw`(?<=%3a%2f%2f)(?:(?!%2f|%3f|%23|%40)[^\s/?#&"<>])+(?=%40)`,
  ].join('|'),
  'gi',
);

/**
 * A name, from its first character on, so that no text is looked at twice, and what leads from it to its value: `=`, also
 * percent-encoded however often, `": "` as in JSON, `>` of an element, `: ` of a header.
 */
const NAMED = /(?<![\w.-])([\w.-]+)([ \t]{0,2}=[ \t]{0,2}|%(?:25)*3d|["']\s{0,2}:\s{0,2}["']|>|:\s{0,2})/gi;

function hideValues(text: string): string {
  let hidden = '';
  let from = 0;
  for (const { index, 0: whole, 1: name = '', 2: lead = '' } of text.matchAll(NAMED)) {
    const start = index + whole.length;
    if (index < from || !isSecret(name, lead)) continue;
    const end = endOfValue(text, start, lead);
    if (end === start) continue;
    hidden += text.slice(from, start) + HIDDEN;
    from = end;
  }
  return hidden + text.slice(from);
}

/** A colon stands in prose as well (`invalid token: expired`): only names that prose has not are taken before one. */
function isSecret(name: string, lead: string): boolean {
  return lead.startsWith(':') ? HEADER.test(plain(name)) : isSecretName(name);
}

function isSecretName(name: string): boolean {
  return SECRET.test(plain(name));
}

/** In lower case and without separators, its end at least; what remains of an encoded `?` or `&` is no part of it. */
function plain(name: string): string {
  return name
    .slice(-64)
    .toLowerCase()
    .replace(/^(?:25)*(?:3f|26)/, '')
    .replace(/[_.-]/g, '');
}

const SECRET =
  /access(?:key|id)|secret|token|signature|passw|passphrase|credential|(?:api|account|private|shared|encrypt\w*)key|authorization|^x(?:amz|oss|obs|cos|goog)|^(?:q?[as]k|sig|sign|pwd|pass|auth)$/;
const HEADER =
  /access(?:key|id)|secretkey|(?:auth|security|subject|session)token|signature|(?:api|account|private)key|authorization|^xamz/;

/** Where the value of each kind of name ends, quotes of its own included. */
const VALUES: Readonly<Record<string, RegExp>> = {
  '=': /(?:"[^"]*"|'[^']*')?[^\s&"'<>]*/y,
  '%': /(?:(?!%(?:25)*26)[^\s&"'<>])*/y,
  '"': /[^"]*/y,
  "'": /[^']*/y,
  '>': /[^<]*/y,
  // A scheme may stand before the value (`Authorization: Bearer …`).
  ':': /[^\r\n,;]*/y,
};

function endOfValue(text: string, start: number, lead: string): number {
  const value = VALUES[lead.trim().charAt(0)];
  if (value === undefined) return start;
  value.lastIndex = start;
  return value.test(text) ? value.lastIndex : start;
}
