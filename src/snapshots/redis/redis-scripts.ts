import { FAILURE_REASONS } from '@/model/failure.js';
import { Script } from '@/redis/script.js';
import { LONGEST_BACKOFF_TEXT, LONGEST_PAUSE_MS, REMEMBERED_MS } from './backoff-text.js';

/**
 * Every script gets the five keys of one name and removes invalid values; the next read writes them again. `stored` is the
 * version of the entry, 0 when there is none. Versions are fencing tokens: `fence` is the last one that was granted.
 */
const PRELUDE = `
local lease, fence, backoff, entry, segments = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
for key, kind in pairs({[lease] = 'string', [fence] = 'string', [backoff] = 'string', [entry] = 'hash', [segments] = 'hash'}) do
  local found = redis.call('TYPE', key).ok
  if found ~= kind and found ~= 'none' then redis.call('DEL', key) end
end
local function integer(text)
  local number = text and string.match(text, '^%d+$') and tonumber(text)
  if number and number > 0 and number <= 8640000000000000 then return number end
  return nil
end
local stored = integer(redis.call('HGET', entry, 'version'))
if not stored then
  redis.call('DEL', entry)
  stored = 0
end
local function contains(from, value)
  for index = from, #ARGV do
    if ARGV[index] == value then return true end
  end
  return false
end
local function put(from)
  for index = from, #ARGV, 2 do redis.call('HSET', segments, ARGV[index], ARGV[index + 1]) end
end
`;

function script(body: string): Script {
  return new Script(PRELUDE + body);
}

/**
 * Arguments: holder, replica, now in ms, held version (0: none), lease in ms, time to live in ms, the replica's own live
 * holders. Answers {'newer'}, {'paused', backoff}, {'busy', ms, holder} or {'granted', version}. A forged fencing token
 * that is more than a day ahead is ignored.
 */
export const CLAIM = script(`
local now, held, leaseMs = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
if stored > held then return {'newer'} end
local function isInBounds(leftMs) return leftMs > 0 and leftMs <= ${LONGEST_PAUSE_MS} end
local reasons = ' ${FAILURE_REASONS.join(' ')} '
local paused = redis.call('GET', backoff)
if paused then
  local plain = string.match(paused, '^[%w_-]+%.(.*)$') or paused
  local notBefore, reason = string.match(plain .. ' ', '^(%d+) %d+ %d+ ([A-Z_]+) ')
  local known = integer(notBefore) and string.find(reasons, ' ' .. reason .. ' ', 1, true)
  if not known or #paused > ${LONGEST_BACKOFF_TEXT} or redis.call('PTTL', backoff) == -1 then
    redis.call('DEL', backoff)
  elseif tonumber(notBefore) > now and isInBounds(redis.call('PTTL', backoff) - ${REMEMBERED_MS}) then
    return {'paused', paused}
  end
end
local holder, left = redis.call('GET', lease), redis.call('PTTL', lease)
if holder and left >= 0 and left <= leaseMs then
  local ours = string.sub(holder, 1, #ARGV[2]) == ARGV[2]
  if not ours or contains(7, holder) then return {'busy', left, holder} end
end
local given = integer(redis.call('GET', fence)) or 0
if given > now + 86400000 then given = 0 end
local version = math.max(now, held + 1, stored + 1, given + 1)
local text = string.format('%.0f', version)
redis.call('SET', lease, ARGV[1], 'PX', leaseMs)
redis.call('SET', fence, text, 'PX', ARGV[6])
return {'granted', text}
`);

/** Arguments: holder, lease in ms. Answers 1 if the holder has the lease, else 0. */
export const RENEW = script(`
if redis.call('GET', lease) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', lease, ARGV[2])
return 1
`);

/** Arguments: replica, its live holders. Ends a lease of the replica that none of them holds. */
export const RELEASE = script(`
local holder = redis.call('GET', lease)
if not holder or string.sub(holder, 1, #ARGV[1]) ~= ARGV[1] or contains(2, holder) then return 0 end
return redis.call('DEL', lease)
`);

/** Arguments: holder, backoff ('': none), its time to live in ms, channel, event. Answers 1 if the holder had the lease. */
export const GIVE_UP = script(`
if redis.call('GET', lease) ~= ARGV[1] then return 0 end
redis.call('DEL', lease)
if ARGV[2] ~= '' then
  redis.call('SET', backoff, ARGV[2], 'PX', ARGV[3])
  redis.call('PUBLISH', ARGV[4], ARGV[5])
end
return 1
`);

/**
 * Compare-and-set of the entry. Arguments: holder ('': no lease needed), version, time to live in ms, manifest, channel,
 * event, then pairs of digest and segment. Answers 'kept', 'refused' (another holder has the lease, or the stored version
 * is not older), or 'incomplete' (a segment of the manifest is missing; nothing was replaced).
 */
export const COMMIT = script(`
local holder, version, ttl, manifest = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
if holder ~= '' and redis.call('GET', lease) ~= holder then return 'refused' end
if stored >= version then
  if holder ~= '' then redis.call('DEL', lease) end
  return 'refused'
end
put(7)
redis.call('PEXPIRE', segments, ttl)
local needed, missing = {}, 0
local size = struct.unpack('<I4', manifest, 5)
for index = 0, size - 1 do
  local digest = string.sub(manifest, 33 + index * 16, 48 + index * 16)
  if digest ~= string.rep('\\0', 16) and not needed[digest] then
    needed[digest] = true
    missing = missing + 1
  end
end
local stale = {}
for _, digest in ipairs(redis.call('HKEYS', segments)) do
  if needed[digest] then missing = missing - 1 else stale[#stale + 1] = digest end
end
if missing > 0 then return 'incomplete' end
for _, digest in ipairs(stale) do redis.call('HDEL', segments, digest) end
redis.call('HSET', entry, 'version', ARGV[2], 'manifest', manifest)
redis.call('PEXPIRE', entry, ttl)
local given = integer(redis.call('GET', fence)) or 0
redis.call('SET', fence, string.format('%.0f', math.max(given, version)), 'PX', ttl)
if holder ~= '' then redis.call('DEL', lease, backoff) end
redis.call('PUBLISH', ARGV[5], ARGV[6])
return 'kept'
`);

/** Answers the version of the entry, '0' when there is none. No arguments. */
export const VERSION = script(`return string.format('%.0f', stored)`);

/** Arguments: held version, most bytes. Answers {version, manifest} of a newer entry ('' if it is larger), else nothing. */
export const READ = script(`
if stored <= tonumber(ARGV[1]) then return {} end
local fits = redis.call('HSTRLEN', entry, 'manifest') <= tonumber(ARGV[2])
return {string.format('%.0f', stored), fits and redis.call('HGET', entry, 'manifest') or ''}
`);

/**
 * Arguments: most bytes of a segment, most bytes of the answer, digests. Answers the segments from the first digest on, as
 * many as fit, at least one; '' for a segment that is missing or too large.
 */
export const FETCH = script(`
local found, size = {}, 0
for index = 3, #ARGV do
  local length = redis.call('HSTRLEN', segments, ARGV[index])
  if length > tonumber(ARGV[1]) then length = 0 end
  size = size + length
  if size > tonumber(ARGV[2]) and index > 3 then break end
  found[index - 2] = length > 0 and redis.call('HGET', segments, ARGV[index]) or ''
end
return found
`);

/** Which of the keys, and its text. Removes a rejected text, unless another has replaced it. */
export const FORGET = script(`
local key = KEYS[tonumber(ARGV[1])]
if redis.call('GET', key) ~= ARGV[2] then return 0 end
return redis.call('DEL', key)
`);

/** Arguments: digests. Answers those without a segment. */
export const ABSENT = script(`
local absent = {}
for _, digest in ipairs(ARGV) do
  if redis.call('HEXISTS', segments, digest) == 0 then absent[#absent + 1] = digest end
end
return absent
`);

/** Arguments: time to live in ms, then pairs of digest and segment. Readers see them once a commit names them. */
export const UPLOAD = script(`
put(2)
return redis.call('PEXPIRE', segments, ARGV[1])
`);

/** Argument: version. Removes the entry and all its segments if it still has this version. */
export const DISCARD = script(`
if stored ~= tonumber(ARGV[1]) then return 0 end
return redis.call('DEL', entry, segments)
`);
