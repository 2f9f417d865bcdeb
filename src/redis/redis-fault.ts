import { RedisUnavailable } from './redis-link.js';

/** Words that Redis begins an error with. Any other is OTHER: what it says is never passed on. */
const REPLY_WORDS: ReadonlySet<string> = new Set([
  ...['BUSY', 'CLUSTERDOWN', 'CROSSSLOT', 'DENIED', 'ERR', 'EXECABORT', 'LOADING', 'MASTERDOWN', 'MISCONF'],
  ...['MOVED', 'NOAUTH', 'NOPERM', 'NOPROTO', 'NOREPLICAS', 'NOSCRIPT', 'OOM', 'READONLY', 'TRYAGAIN'],
  ...['UNBLOCKED', 'WRONGPASS', 'WRONGTYPE'],
]);

/** Errors about one call: the next may well succeed, so that they say nothing of Redis as a whole. */
const OF_THE_CALL: ReadonlySet<string> = new Set(['CROSSSLOT', 'ERR', 'EXECABORT', 'NOSCRIPT', 'WRONGTYPE']);

/** Redis 6 and older wrap what stopped a script: `ERR Error running script (…): @user_script:1: -OOM command …`. */
const IN_SCRIPT = /@user_script: ?\d+: -?([A-Z]+) /;
/** The error behind `Too many Cluster redirections. Last error: ReplyError: MOVED …`. */
const REDIRECTED = /Last error: ReplyError: ([A-Z]+)/;
/** Why ioredis was told by no Sentinel where the master is; any other reason is that none can be reached. */
const SHUT_OUT = /^All sentinels .* Last error: (NOAUTH|WRONGPASS|NOPERM) /;

/** Of Node.js: nothing of a certificate or of the TLS handshake has another beginning. */
const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|EPROTO)/;

export interface Fault {
  readonly code: string;
  /** False where only this call went wrong. */
  readonly ofRedis: boolean;
  /** See `RedisUnavailable`. */
  readonly lacking?: string | null;
}

/** What an error that came of a command or of a connection means. */
export function faultOf(error: unknown): Fault {
  if (error instanceof RedisUnavailable) return faultOfOwn(error);
  if (!isError(error)) return { code: 'OTHER', ofRedis: false };
  if (isError(error.lastNodeError)) return faultOf(error.lastNodeError);
  if (error.name === 'ReplyError') return faultOfReply(error.message);
  const told = (REDIRECTED.exec(error.message) ?? SHUT_OUT.exec(error.message))?.[1];
  if (told !== undefined) return { code: known(told), ofRedis: true };
  return faultOfConnection(error);
}

function faultOfOwn({ code, lacking }: RedisUnavailable): Fault {
  const ofRedis = code === 'TIMEOUT' || code === 'LACKING';
  return lacking === null ? { code, ofRedis } : { code, ofRedis, lacking };
}

interface ThrownError extends Error {
  /** Of Node.js. */
  readonly code?: unknown;
  /** Of ioredis: what the last of a cluster's nodes said. */
  readonly lastNodeError?: unknown;
}

function isError(value: unknown): value is ThrownError {
  return (
    typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string'
  );
}

function faultOfReply(text: string): Fault {
  const first = text.split(' ', 1)[0] ?? '';
  const word = (first === 'ERR' ? IN_SCRIPT.exec(text)?.[1] : undefined) ?? first;
  return { code: known(word), ofRedis: !OF_THE_CALL.has(word) };
}

function known(word: string): string {
  return REPLY_WORDS.has(word) ? word : 'OTHER';
}

/** ioredis's own sentences for a connection that is not there carry no code. */
const NO_CONNECTION =
  /^(Connection is closed|Stream isn't writeable|Command aborted|Cluster |None of startup|All sentinels)/;

function faultOfConnection(error: ThrownError): Fault {
  const code = typeof error.code === 'string' ? error.code : '';
  if (code === 'ETIMEDOUT' || error.message === 'Command timed out')
    return { code: 'TIMEOUT', ofRedis: true };
  if (TLS_CODE.test(code)) return { code: 'TLS', ofRedis: true };
  if (code.startsWith('E') || NO_CONNECTION.test(error.message))
    return { code: 'UNREACHABLE', ofRedis: true };
  return { code: 'OTHER', ofRedis: false };
}
