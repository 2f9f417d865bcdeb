import { Script } from './script.js';

/**
 * One credential's record is a hash. `calls` counts refused calls, `refusals` those in a row, and no first call
 * goes before `until`; `<place>:refusals` and `<place>:until` are the same for one place, `<place>:at` is when
 * it refused last. `ticket:<id>` is when a first call's ticket ends. Times are epoch milliseconds by the clock of
 * Redis. What cannot be such a record was put there by somebody else, and might never go: it is removed.
 *
 * Arguments of all scripts: place, ticket, how long a record may live. `proof` is what the replica that was refused
 * last has signed, '' where nothing is signed; no script looks into it.
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
local function tell() redis.call('PUBLISH', ARGV[5], ARGV[6]) end
local function keep(ms) redis.call('PEXPIRE', KEYS[1], math.max(redis.call('PTTL', KEYS[1]), ms)) end
`;

/**
 * Further arguments: how long a ticket lasts, tickets at once. Answers {0}: entered; {-1}: wait; else for how long it
 * rests, and the proof.
 */
export const ENTER = new Script(`${RECORD}
local rest = math.max(get('until'), get(place .. ':until')) - now
if rest > 0 then return {math.ceil(rest), redis.call('HGET', KEYS[1], 'proof') or ''} end
local out = 0
for name, ending in pairs(record) do
  if string.sub(name, 1, 7) == 'ticket:' then
    if ending > now then out = out + 1 else redis.call('HDEL', KEYS[1], name) end
  end
end
local refused = get('calls') + get(place .. ':refusals') > 0
if out >= (refused and 1 or tonumber(ARGV[5])) then return {-1} end
redis.call('HSET', KEYS[1], ticket, now + ARGV[4])
keep(tonumber(ARGV[4]))
return {0}
`);

/** Further argument: how long a ticket lasts. One that is gone stays so. */
export const RENEW = new Script(`${RECORD}
if record[ticket] then
  redis.call('HSET', KEYS[1], ticket, now + ARGV[4])
  keep(tonumber(ARGV[4]))
end
return 0
`);

export const LEAVE = new Script(`${RECORD}
redis.call('HDEL', KEYS[1], ticket)
return 0
`);

/** Further arguments: the call's age, the channel for news, the news, the proof, how many refused calls are too many, the pauses. */
export const REFUSE = new Script(`${RECORD}
local function pause(refusals) return tonumber(ARGV[math.min(8 + math.max(refusals, 1), #ARGV)]) end
local calls, refusals = get('calls') + 1, get('refusals')
if now - ARGV[4] > get(place .. ':at') then
  refusals = refusals + 1
  local here = get(place .. ':refusals') + 1
  redis.call('HSET', KEYS[1], place .. ':refusals', here, place .. ':until', now + pause(here), place .. ':at', now)
end
local rest = calls >= tonumber(ARGV[8]) and tonumber(ARGV[#ARGV]) or pause(refusals)
redis.call('HSET', KEYS[1], 'calls', calls, 'refusals', refusals, 'until', math.max(get('until'), now + rest))
if ARGV[7] ~= '' then redis.call('HSET', KEYS[1], 'proof', ARGV[7]) end
redis.call('HDEL', KEYS[1], ticket)
redis.call('PEXPIRE', KEYS[1], life)
tell()
return 0
`);

/** Further arguments: the call's age, the channel for news, the news. */
export const PROVE = new Script(`${RECORD}
redis.call('HDEL', KEYS[1], ticket)
if now - ARGV[4] <= get(place .. ':at') then return 0 end
local forgotten = redis.call('HDEL', KEYS[1], 'calls', 'refusals', 'until',
  place .. ':refusals', place .. ':until', place .. ':at')
if forgotten > 0 then tell() end
return 0
`);
