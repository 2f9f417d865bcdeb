import { hash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { elapsedMs, type Clock } from '@/model/clock.js';
import type { CollectionAnswer } from '@/model/collection.js';
import type { RequestPreferences } from './request-preferences.js';

/** What an answer is made from, and what its request asked for. */
export interface Origin {
  readonly feeds: CollectionAnswer;
  readonly complete: boolean;
  readonly link: string;
  /** How long the feeds took to be ready. */
  readonly waitedMs: number;
  readonly preferences: RequestPreferences;
}

/** An answer that its caller may keep. */
export interface Answer extends Origin {
  readonly representation: Representation;
}

/** Writes answers with the headers that tell their age, freshness and origin. */
export class AnswerWriter {
  constructor(private readonly clock: Clock) {}

  /** Where the caller has the answer already, the hook that compresses answers makes it a 304. */
  write(answer: Answer, reply: FastifyReply): void {
    const age = ageOf(answer.feeds, this.clock);
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      etag: answer.representation.etag,
      'cache-control': cacheControl(age, answer.complete),
    };
    describe(answer, age, reply.headers(headers));
    void reply.send(answer.representation.body);
  }

  /** Sets the headers of an answer that must not be kept, because it tells of the moment it was made at. */
  describeUnkept(origin: Origin, reply: FastifyReply): void {
    describe(origin, ageOf(origin.feeds, this.clock), reply.header('cache-control', 'no-store'));
  }
}

function describe(
  { feeds, complete, link, waitedMs, preferences }: Origin,
  age: AnswerAge,
  reply: FastifyReply,
): void {
  reply.request.isComplete = complete;
  const headers: Record<string, string> = {
    'cache-status': cacheStatus(feeds, age),
    'server-timing': `feeds;dur=${waitedMs.toFixed(1)}`,
    vary: 'Authorization, Prefer, X-API-Key',
    link,
  };
  if (age.ageSeconds !== null) headers.age = String(age.ageSeconds);
  if (preferences.applied !== null) headers['preference-applied'] = preferences.applied;
  reply.headers(headers);
}

/** Bytes with the strong tag that names them. */
export interface Representation {
  readonly body: Buffer;
  readonly etag: string;
}

/** The bytes of a text and their tag. */
export function represent(text: string): Representation {
  const body = Buffer.from(text);
  return { body, etag: `"${hash('sha1', body, 'base64url')}"` };
}

/** The age of an answer and how long it stays what it is, in whole seconds. */
export interface AnswerAge {
  /** Of the oldest snapshot used; null when none was. */
  readonly ageSeconds: number | null;
  /** Until the first snapshot used is no longer fresh; negative when one is stale already. */
  readonly freshSeconds: number;
  /** `max-age`: since `Age` counts against it (RFC 9111, 4.2), the age and what freshness remains. */
  readonly maxAgeSeconds: number;
  /** The shortest `freshFor` among the feeds used. */
  readonly staleSeconds: number;
}

/** How old the snapshots of an answer are now. */
function ageOf(answer: CollectionAnswer, clock: Clock): AnswerAge {
  let oldestMs: number | null = null;
  let freshMs = Infinity;
  let staleMs = Infinity;
  for (const { agesFrom, freshForMs } of answer.feeds) {
    if (agesFrom === null) continue;
    const ageMs = elapsedMs(clock, agesFrom);
    oldestMs = Math.max(oldestMs ?? 0, ageMs);
    freshMs = Math.min(freshMs, freshForMs - ageMs);
    staleMs = Math.min(staleMs, freshForMs);
  }
  if (oldestMs === null) return { ageSeconds: null, freshSeconds: 0, maxAgeSeconds: 0, staleSeconds: 0 };
  return {
    ageSeconds: Math.floor(oldestMs / 1000),
    freshSeconds: Math.floor(freshMs / 1000),
    maxAgeSeconds: Math.floor((oldestMs + Math.max(0, freshMs)) / 1000),
    staleSeconds: Math.floor(staleMs / 1000),
  };
}

/** `Cache-Control` of an answer. A partial answer must not be kept. */
function cacheControl(age: AnswerAge, complete: boolean): string {
  if (!complete) return 'no-store';
  return `private, max-age=${age.maxAgeSeconds}, stale-while-revalidate=${age.staleSeconds}`;
}

/** `Cache-Status` (RFC 9211): a hit, or why upstreams had to be asked. */
function cacheStatus(answer: CollectionAnswer, age: AnswerAge): string {
  if (answer.waitedFor !== null) {
    return `tributary; fwd=${answer.waitedFor}${answer.collapsed ? '; collapsed' : ''}`;
  }
  return age.ageSeconds === null ? 'tributary' : `tributary; hit; ttl=${age.freshSeconds}`;
}
