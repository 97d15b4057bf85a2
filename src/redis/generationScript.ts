/**
 * KEYS[1]: a generation. ARGV[1]: `ensure` keeps the one that is there, `bump` replaces it. ARGV[2]: its TTL in ms.
 * Returns the generation, and the one that it replaced, which is empty where there was none.
 *
 * A new generation is the server's time in µs, and more than the one before, so that none ever comes twice: not after an
 * eviction, nor when two bumps fall into one µs or the clock is set back. What is no generation counts as absent, also when
 * it is not even a string.
 */
export const GENERATION_SCRIPT = `
local stored = redis.pcall('GET', KEYS[1])
local current = type(stored) == 'string' and string.match(stored, '^[1-9]%d*$') and tonumber(stored)
if current and current >= 9007199254740991 then
  current = nil
end
if current and ARGV[1] == 'ensure' then
  return {string.format('%.0f', current), ''}
end
local time = redis.call('TIME')
local next = tonumber(time[1]) * 1000000 + tonumber(time[2])
if current and current >= next then
  next = current + 1
end
local generation = string.format('%.0f', next)
redis.call('SET', KEYS[1], generation, 'PX', ARGV[2])
return {generation, current and string.format('%.0f', current) or ''}
`;
