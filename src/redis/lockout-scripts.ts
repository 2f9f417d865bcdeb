import { Script } from './script.js';

/**
 * The record of one credential is a hash. `calls` counts refused calls and `refusals` refusals in a row; no probe starts
 * before `until`. `<place>:refusals` and `<place>:until` are the same for one place, `<place>:at` is its last refusal.
 * `ticket:<id>` is when the ticket of a probe expires. `proof` is the time of the last refusal, signed by the replica
 * that was refused, or ''; scripts do not read it. All times are epoch milliseconds by the clock of Redis. A record
 * with other values was not written by these scripts and might never expire, so it is removed.
 *
 * Arguments of all scripts: place, ticket, how long a record lives in ms.
 */
const RECORD = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local place, ticket, life = ARGV[1], 'ticket:' .. ARGV[2], tonumber(ARGV[3])

local function latest(name)
  if string.sub(name, 1, 7) == 'ticket:' or string.sub(name, -3) == ':at' then return now + 60000 end
  return now + life
end

local function read()
  if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return nil end
  local left = redis.call('PTTL', KEYS[1])
  if left < 0 or left > life then return nil end
  local fields, record = redis.call('HGETALL', KEYS[1]), {}
  for i = 1, #fields, 2 do
    local value = tonumber(fields[i + 1])
    if fields[i] ~= 'proof' then
      if not value or not (value >= 0 and value <= latest(fields[i])) then return nil end
      record[fields[i]] = value
    end
  end
  return record
end

local record = read()
if not record then
  redis.call('DEL', KEYS[1])
  record = {}
end

local function get(name) return record[name] or 0 end
local function publish() redis.call('PUBLISH', ARGV[5], ARGV[6]) end
local function extend(ms) redis.call('PEXPIRE', KEYS[1], math.max(redis.call('PTTL', KEYS[1]), ms)) end
`;

/**
 * Further arguments: how long a ticket lasts in ms, tickets at once. Answers {0}: entered; {-1}: wait; else {pause in ms,
 * proof}.
 */
export const ENTER = new Script(`${RECORD}
local pause = math.max(get('until'), get(place .. ':until')) - now
if pause > 0 then return {math.ceil(pause), redis.call('HGET', KEYS[1], 'proof') or ''} end
local probes = 0
for name, expiry in pairs(record) do
  if string.sub(name, 1, 7) == 'ticket:' then
    if expiry > now then probes = probes + 1 else redis.call('HDEL', KEYS[1], name) end
  end
end
local refused = get('calls') + get(place .. ':refusals') > 0
if probes >= (refused and 1 or tonumber(ARGV[5])) then return {-1} end
redis.call('HSET', KEYS[1], ticket, now + ARGV[4])
extend(tonumber(ARGV[4]))
return {0}
`);

/** Further argument: how long a ticket lasts in ms. A ticket that was removed is not renewed. */
export const RENEW = new Script(`${RECORD}
if record[ticket] then
  redis.call('HSET', KEYS[1], ticket, now + ARGV[4])
  extend(tonumber(ARGV[4]))
end
return 0
`);

export const LEAVE = new Script(`${RECORD}
redis.call('HDEL', KEYS[1], ticket)
return 0
`);

/**
 * Further arguments: the call's age in ms, channel, event, proof, after how many refused calls the last pause follows, the
 * pauses in ms. A call that started before the last refusal at its place counts as a refused call only.
 */
export const REFUSE = new Script(`${RECORD}
local function pauseAfter(refusals) return tonumber(ARGV[math.min(8 + math.max(refusals, 1), #ARGV)]) end
local calls, refusals = get('calls') + 1, get('refusals')
if now - ARGV[4] > get(place .. ':at') then
  refusals = refusals + 1
  local here = get(place .. ':refusals') + 1
  redis.call('HSET', KEYS[1], place .. ':refusals', here, place .. ':until', now + pauseAfter(here), place .. ':at', now)
end
local pause = calls >= tonumber(ARGV[8]) and tonumber(ARGV[#ARGV]) or pauseAfter(refusals)
redis.call('HSET', KEYS[1], 'calls', calls, 'refusals', refusals, 'until', math.max(get('until'), now + pause))
if ARGV[7] ~= '' then redis.call('HSET', KEYS[1], 'proof', ARGV[7]) end
redis.call('HDEL', KEYS[1], ticket)
redis.call('PEXPIRE', KEYS[1], life)
publish()
return 0
`);

/** Further arguments: the call's age in ms, channel, event. A call that started before the last refusal proves nothing. */
export const PROVE = new Script(`${RECORD}
redis.call('HDEL', KEYS[1], ticket)
if now - ARGV[4] <= get(place .. ':at') then return 0 end
local cleared = redis.call('HDEL', KEYS[1], 'calls', 'refusals', 'until',
  place .. ':refusals', place .. ':until', place .. ':at')
if cleared > 0 then publish() end
return 0
`);
