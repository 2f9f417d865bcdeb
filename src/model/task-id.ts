import { createHash } from 'node:crypto';

const PLAIN = /^[A-Za-z0-9_-]*$/;
/** Beyond this an encoded native id is replaced by its hash, so that page tokens keep their bound. */
const LONGEST_KEY = 128;

/**
 * The task id of a record with an id of its own. Bytes outside `A-Za-z0-9_-` become `~` and two hex digits
 * (`~` is unreserved in URLs and is itself encoded, so two native ids never share a task id). Half a surrogate
 * pair has no bytes: an id with one is replaced by the hash of its JSON.
 */
export function nativeTaskId(source: string, nativeId: string): string {
  if (!nativeId.isWellFormed()) return `${source}.~j${digest(JSON.stringify(nativeId))}`;
  const key = PLAIN.test(nativeId) ? nativeId : encode(nativeId);
  return `${source}.${key.length > LONGEST_KEY ? `~h${digest(nativeId)}` : key}`;
}

/** The id of a resource: `{source}.{type}.{id}`, each part written as in a task id. Its name stands for an id it lacks. */
export function resourceIdOf(source: string, type: string | null, id: string): string {
  return nativeTaskId(nativeTaskId(source, type ?? ''), id);
}

/** The task id of a record that has none: a hash of what identifies it and never changes. */
export function hashedTaskId(source: string, identity: readonly string[]): string {
  return `${source}.${digest(JSON.stringify(identity))}`;
}

/** The source part of the id of a task or a resource, or null when the text is no such id. */
export function sourceOfTaskId(id: string): string | null {
  const dot = id.indexOf('.');
  return dot > 0 ? id.slice(0, dot) : null;
}

function encode(nativeId: string): string {
  return Buffer.from(nativeId, 'utf8')
    .toString('latin1')
    .replace(/[^A-Za-z0-9_-]/g, (byte) => `~${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
