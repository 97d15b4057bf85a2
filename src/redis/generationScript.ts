/**
 * KEYS[1]: a generation. ARGV[1]: `ensure` keeps the one that is there, `bump` replaces it. ARGV[2]: its TTL in ms.
 * Returns the generation.
 *
 * A new generation is the server's time in µs, and more than the one before, so that none ever comes twice: not after an
 * eviction, nor when two bumps fall into one µs or the clock is set back.
 */
export const GENERATION_SCRIPT = `
local current = tonumber(redis.call('GET', KEYS[1]) or '')
if current and ARGV[1] == 'ensure' then
  return string.format('%.0f', current)
end
local time = redis.call('TIME')
local next = tonumber(time[1]) * 1000000 + tonumber(time[2])
if current and current >= next then
  next = current + 1
end
local generation = string.format('%.0f', next)
redis.call('SET', KEYS[1], generation, 'PX', ARGV[2])
return generation
`;
