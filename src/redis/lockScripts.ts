/**
 * A lock's value has four lines: `held` or `failed`, the token of who claimed it, the generations under which, and the error
 * of a failure. What does not read so is nobody's.
 */
function parse(lock: string): string {
  return `
local stored = redis.pcall('GET', ${lock})
local state, token, generations, failure
if type(stored) == 'string' then
  state, token, generations, failure = string.match(stored, '^(%l+)\\n([^\\n]*)\\n([^\\n]*)\\n(.*)$')
end
`;
}

const PARSE = parse('KEYS[1]');

/**
 * KEYS[1]: a lock. ARGV: token, generations joined by commas, TTL in ms. Returns how the claim fared, and the error.
 *
 * A claim that is repeated, since nobody knows whether it was heard, finds its own lock.
 */
export const CLAIM_SCRIPT = `
${PARSE}
local function isOlder(theirs, ours)
  local older = false
  local nextOurs = string.gmatch(ours, '%d+')
  for their in string.gmatch(theirs, '%d+') do
    local our = tonumber(nextOurs() or their)
    if tonumber(their) > our then
      return false
    end
    older = older or tonumber(their) < our
  end
  return older
end
if state and token ~= ARGV[1] and not isOlder(generations, ARGV[2]) then
  return {state, failure}
end
redis.call('SET', KEYS[1], 'held\\n' .. ARGV[1] .. '\\n' .. ARGV[2] .. '\\n', 'PX', ARGV[3])
return {'acquired', ''}
`;

/** KEYS[1]: a lock. ARGV: token, TTL in ms. Returns whether the lock is held by the token, and then lasts for the TTL. */
export const RENEW_SCRIPT = `
${PARSE}
if state == 'held' and token == ARGV[1] then
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
`;

/** KEYS[1]: a lock. ARGV: token. Removes the lock that the token holds. */
export const RELEASE_SCRIPT = `
${PARSE}
if state == 'held' and token == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
`;

/** KEYS: an entry, and the lock of its flight. ARGV: the entry's text, its TTL in ms, token. Writes the entry, then releases the lock. */
export const WRITE_AND_RELEASE_SCRIPT = `
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
${parse('KEYS[2]')}
if state == 'held' and token == ARGV[3] then
  redis.call('DEL', KEYS[2])
end
return 1
`;

/** KEYS[1]: a lock. ARGV: token, TTL in ms, error. Replaces the lock that the token holds by the error. */
export const FAIL_SCRIPT = `
${PARSE}
if state == 'held' and token == ARGV[1] then
  redis.call('SET', KEYS[1], 'failed\\n' .. token .. '\\n' .. generations .. '\\n' .. ARGV[3], 'PX', ARGV[2])
  return 1
end
return 0
`;
