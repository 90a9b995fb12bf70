-- Everything after a position, or nothing.
--   ARGV    epoch, known epoch, known offset
-- Returns {epoch, offset of the end, 0/1 recovered, data of known offset + 1, ...}.
local epoch, o = load()
local from = tonumber(ARGV[3])
local out = {epoch, text(o), 0}
if ARGV[2] ~= epoch or from > o then return out end
if from < o then
  local entries = redis.call('XRANGE', stream, text(from + 1) .. '-0', '+')
  if #entries ~= o - from then return out end -- the history begins later
  for i, entry in ipairs(entries) do out[3 + i] = entry[2][2] end
end
out[3] = 1
return out
