-- Publishes once per idempotency key.
--   KEYS[5] key of the idempotency window
--   ARGV    epoch, history, retention ms, window ms, data
-- Returns {epoch, offset}.
local epoch = load()
local first = redis.call('GET', KEYS[5])
if first then
  local e, o = string.match(first, '^(%S+) (%d+)$')
  return {e, o}
end
local o = append(epoch, ARGV[5], ARGV[2], ARGV[3])
redis.call('SET', KEYS[5], epoch .. ' ' .. o, 'PX', ARGV[4])
return {epoch, o}
