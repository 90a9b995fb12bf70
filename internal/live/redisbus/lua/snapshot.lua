-- One page of a board, with the position and version it belongs to.
--   ARGV    epoch, index of the first row, index of the last row (-1: all)
-- Returns {epoch, offset, version, rows in all, has meta 0/1, meta, then
-- id, sort key, body per row}.
local epoch, o, version = load()
local h = redis.call('HMGET', head, 'n', 'm')
local out = {epoch, text(o), text(version), h[1], h[2] and 1 or 0, h[2] or ''}
for _, member in ipairs(redis.call('ZRANGE', order, ARGV[2], ARGV[3])) do
  local cut = string.find(member, '\31', 1, true)
  local id = string.sub(member, cut + 1)
  out[#out + 1] = id
  out[#out + 1] = string.sub(member, 1, cut - 1)
  out[#out + 1] = string.sub(redis.call('HGET', rows, id), cut + 1)
end
return out
