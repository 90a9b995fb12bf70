-- Common beginning of every script. All keys of a channel carry one hash tag.
--   KEYS[1] head    hash: e epoch, o offset, v version, n rows, m meta,
--                   a and ao: token and offset of the last applied change
--   KEYS[2] stream  one entry per publication, id "<offset>-0", field d;
--                   its name is also the name of the pub/sub channel
--   KEYS[3] order   sorted set, all scores 0, members "<sort key>\x1f<row id>"
--   KEYS[4] rows    hash: row id -> "<sort key>\x1f<body>"
--   ARGV[1] the epoch to take if the channel has none
-- Offsets and versions stay below 2^53, so Lua's numbers hold them exactly.
local head, stream, order, rows = KEYS[1], KEYS[2], KEYS[3], KEYS[4]

local function text(number) return string.format('%.0f', number) end

-- The state of the channel. A channel that was never there, was flushed or was
-- evicted in part (the number of rows is wrong) starts again in a new epoch.
local function load()
  local h = redis.call('HMGET', head, 'e', 'o', 'v', 'n')
  if h[1] then
    local n = tonumber(h[4])
    if redis.call('ZCARD', order) == n and redis.call('HLEN', rows) == n then
      return h[1], tonumber(h[2]), tonumber(h[3])
    end
  end
  redis.call('DEL', head, stream, order, rows)
  redis.call('HSET', head, 'e', ARGV[1], 'o', '0', 'v', '0', 'n', '0')
  return ARGV[1], 0, 0
end

-- Appends data to the stream, tells the subscribers, and lets all keys of the
-- channel expire at the same instant. Returns the new offset.
local function append(epoch, data, history, retention)
  local o = text(redis.call('HINCRBY', head, 'o', 1))
  redis.call('XADD', stream, 'MAXLEN', history, o .. '-0', 'd', data)
  for i = 1, 4 do redis.call('PEXPIRE', KEYS[i], retention) end
  redis.call('SPUBLISH', stream, epoch .. ' ' .. o .. ' ' .. data)
  return o
end
