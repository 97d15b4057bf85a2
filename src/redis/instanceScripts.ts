/** The time of the server in ms, as text: Lua's own numbers would be written with an exponent. */
const NOW = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local function text(ms)
  return string.format('%.0f', ms)
end
`;

/**
 * KEYS[1]: the roll of instances by heartbeat. ARGV: the caller's id, in ms: how young a heartbeat is of one who is alive, after
 * which one is forgotten, and the TTL of the roll; how many are told at most. Returns whether the caller was on the roll, and
 * who is alive.
 *
 * The clock of a server that took over from another may be behind: a heartbeat from the future counts as one of now, or its
 * instance would be alive for as long as the clocks differ.
 */
export const BEAT_SCRIPT = `
${NOW}
if redis.call('TYPE', KEYS[1]).ok ~= 'zset' then
  redis.call('DEL', KEYS[1])
end
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. text(now), '+inf')) do
  redis.call('ZADD', KEYS[1], text(now), id)
end
redis.call('ZADD', KEYS[1], text(now), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', text(now - ARGV[3]))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
local live = redis.call('ZRANGEBYSCORE', KEYS[1], text(now - ARGV[2]), '+inf', 'LIMIT', 0, ARGV[5])
return {known and 1 or 0, live}
`;

/** KEYS[1]: the roll. ARGV: how young a heartbeat is of one who is alive, in ms; how many are told at most. */
export const LIVE_SCRIPT = `
${NOW}
if redis.call('TYPE', KEYS[1]).ok ~= 'zset' then
  return {}
end
return redis.call('ZRANGEBYSCORE', KEYS[1], text(now - ARGV[1]), '+inf', 'LIMIT', 0, ARGV[2])
`;

/**
 * KEYS[1]: the record of an instance. ARGV: its TTL in ms, then fields and values. Returns the fingerprint of the offer that
 * is stored, which is empty where there is none.
 */
export const RECORD_SCRIPT = `
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then
  redis.call('DEL', KEYS[1])
end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return redis.call('HGET', KEYS[1], 'offerOf') or ''
`;
