-- Moves a board to its next version and publishes the frame, or does nothing.
--   ARGV    epoch, history, retention ms, frame, token, base, version,
--           replace 0/1, has meta 0/1, meta, number of upserts,
--           then id, sort key, body per upsert, then the ids to delete
-- Returns {"ok", epoch, offset}, {"stale"} or {"base"}. A change whose answer
-- was lost is sent again with the same token and gets its first answer.
local epoch, _, version = load()
local last = redis.call('HMGET', head, 'a', 'ao')
if last[1] == ARGV[5] then return {'ok', epoch, last[2]} end
if tonumber(ARGV[7]) <= version then return {'stale'} end
if ARGV[8] == '1' then
  redis.call('DEL', order, rows)
elseif tonumber(ARGV[6]) ~= version then
  return {'base'}
end

local function drop(id)
  local row = redis.call('HGET', rows, id)
  if row then
    local key = string.sub(row, 1, string.find(row, '\31', 1, true) - 1)
    redis.call('ZREM', order, key .. '\31' .. id)
    redis.call('HDEL', rows, id)
  end
end

local at, upserts = 11, tonumber(ARGV[11])
for i = 1, upserts do
  local id, key, body = ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  drop(id)
  redis.call('ZADD', order, 0, key .. '\31' .. id)
  redis.call('HSET', rows, id, key .. '\31' .. body)
  at = at + 3
end
for i = at + 1, #ARGV do drop(ARGV[i]) end

redis.call('HSET', head, 'v', ARGV[7], 'n', redis.call('ZCARD', order))
if ARGV[9] == '1' then redis.call('HSET', head, 'm', ARGV[10]) end
local o = append(epoch, ARGV[4], ARGV[2], ARGV[3])
redis.call('HSET', head, 'a', ARGV[5], 'ao', o)
return {'ok', epoch, o}
