/**
 * KEYS: generations. ARGV[1]: `ensure` keeps those that are there, `bump` replaces them. ARGV[2]: their TTL in ms.
 * Returns for each the generation, and the one that it replaced, which is empty where there was none.
 *
 * A new generation is the server's time in µs, and more than the one before, so that none ever comes twice: not after an
 * eviction, nor when two bumps fall into one µs or the clock is set back. What is no generation counts as absent, also when
 * it is not even a string.
 */
export const GENERATION_SCRIPT = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local result = {}
for _, key in ipairs(KEYS) do
  local stored = redis.pcall('GET', key)
  local current = type(stored) == 'string' and string.match(stored, '^[1-9]%d*$') and tonumber(stored)
  if current and current >= 9007199254740991 then
    current = nil
  end
  local former = current and string.format('%.0f', current) or ''
  if current and ARGV[1] == 'ensure' then
    table.insert(result, former)
    table.insert(result, '')
  else
    local generation = string.format('%.0f', math.max(now, current and current + 1 or 0))
    redis.call('SET', key, generation, 'PX', ARGV[2])
    table.insert(result, generation)
    table.insert(result, former)
  end
end
return result
`;
