import { RedisUnavailable, type Commands } from './redis-link.js';
import { Script } from './script.js';

/**
 * Tries every command that the scripts of this program use, on a key of its own, and answers the names of those that
 * are not there or not permitted, one a line; any other fault is the script's. Redis's own words for them: 'unknown
 * command' or 'Unknown Redis command called from script', 'has no permissions to run', 'can't run this command',
 * 'can't access', 'can't publish' (Redis 6, 7 and 8).
 */
const PROBE = new Script(`
local key, lacking = KEYS[1], {}
local function try(name, ...)
  local answer = redis.pcall(name, ...)
  local fault = type(answer) == 'table' and answer.err and string.lower(answer.err)
  if not fault then return nil end
  if not (string.find(fault, 'unknown', 1, true) or string.find(fault, 'permission', 1, true) or string.find(fault, "can't ", 1, true)) then
    return answer
  end
  lacking[#lacking + 1] = name
  return nil
end
local steps = {
  {'TIME'}, {'TYPE', key}, {'DEL', key}, {'SET', key, '1', 'PX', '1000'}, {'GET', key}, 
  {'PTTL', key}, {'PEXPIRE', key, '1000'}, {'DEL', key}, {'HSET', key, 'a', '1'}, {'HGET', key, 'a'},
  {'HSTRLEN', key, 'a'}, {'HEXISTS', key, 'a'}, {'HKEYS', key}, {'HGETALL', key}, {'HDEL', key, 'a'},
  {'ZADD', key, '1', 'a'}, {'ZCARD', key}, {'ZRANGE', key, '0', '0', 'WITHSCORES'}, {'ZREMRANGEBYSCORE', key, '-inf', '+inf'}, {'DEL', key},
  {'PUBLISH', ARGV[1], ''}
}
for _, step in ipairs(steps) do
  local fault = try(unpack(step))
  if fault then return fault end
end
return table.concat(lacking, ' ')
`);

/** Throws RedisUnavailable, with what is lacking, where a script cannot do what the work needs. */
export async function probeScripts(redis: Commands, key: string, channel: string): Promise<void> {
  const lacking = String(await PROBE.run(redis, [key], [channel]));
  const names = [...new Set(lacking.split(' '))].filter((name) => name !== '');
  if (names.length > 0) throw new RedisUnavailable('LACKING', names.join(', '));
}

const LACKING = /^(NOPERM|ERR unknown command)/i;

/** Like `work`, but a command that is not there or not permitted is told by its name. */
export async function orLacking<T>(name: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Error) || !LACKING.test(error.message)) throw error;
    const [where] = /\b(key|channel)/.exec(error.message) ?? [];
    throw new RedisUnavailable(
      'LACKING',
      where === undefined ? name : `${name} on the ${where}s of cache.prefix`,
    );
  }
}
