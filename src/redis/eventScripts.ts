/**
 * KEYS[1]: the stream of events. ARGV: its TTL in ms, about how many it keeps, then kind and text of each new event. A stream
 * that begins, begins with the event that says so: who opens late has to see that there may have been others.
 */
export const ADD_EVENTS_SCRIPT = `
if redis.call('TYPE', KEYS[1]).ok ~= 'stream' then
  redis.call('DEL', KEYS[1])
end
local function add(kind, text)
  return redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'kind', kind, 'text', text)
end
local function begin()
  local added = add('gap', '{}')
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  return added
end
if redis.call('EXISTS', KEYS[1]) == 0 then
  local added = begin()
  if type(added) == 'table' then
    return added
  end
end
for at = 3, #ARGV, 2 do
  local added = add(ARGV[at], ARGV[at + 1])
  if type(added) == 'table' and string.find(added.err, 'exhausted') then
    redis.call('DEL', KEYS[1])
    begin()
    added = add(ARGV[at], ARGV[at + 1])
  end
  if type(added) == 'table' then
    return added
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return redis.status_reply('OK')
`;

/**
 * KEYS[1]: the stream of events. ARGV: XRANGE or XREVRANGE; where it begins and where it ends; how many are told at most; the
 * longest text. Returns id, kind and text of each. One at a time, and what is no event of ours without its content: anybody can
 * write there, and however large that is, the answer is small.
 */
export const READ_EVENTS_SCRIPT = `
local found = {}
if redis.call('TYPE', KEYS[1]).ok ~= 'stream' then
  return found
end
local cursor = ARGV[2]
while #found < tonumber(ARGV[4]) do
  local page = redis.pcall(ARGV[1], KEYS[1], cursor, ARGV[3], 'COUNT', 1)
  if page.err or not page[1] then
    break
  end
  local id, fields = page[1][1], page[1][2]
  local isOurs = #fields == 4 and fields[1] == 'kind' and fields[3] == 'text'
  if isOurs and #fields[2] <= 32 and #fields[4] <= tonumber(ARGV[5]) then
    found[#found + 1] = {id, fields[2], fields[4]}
  else
    found[#found + 1] = {id, '', ''}
  end
  cursor = '(' .. id
end
return found
`;
