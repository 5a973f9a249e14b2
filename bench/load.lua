-- What wrk sends. Settings come from the environment; bench/load.py writes them:
--   LOAD_MODE     orders, get, list or promo
--   LOAD_SECONDS  after these no request starts; open ones are waited for, so that answers can be compared with rows
--   LOAD_CONNS    number of connections
--   LOAD_TOKENS   file of bearer tokens, one a line
--   LOAD_IDS      file of "number of the token<TAB>order id", for `get`; written with LOAD_COLLECT
--   LOAD_COLLECT  when set: the ids of the orders made are written to LOAD_IDS (one token only)
--   LOAD_RUN      a word that no other run has, for the idempotency keys
--   LOAD_RESULT   file for the figures; LOAD_END: made when the last answer is in

local ffi = require("ffi")
ffi.cdef("struct moment { long seconds, nanoseconds; }; int clock_gettime(int, struct moment *);")
local moment = ffi.new("struct moment")
local function now()
  ffi.C.clock_gettime(1, moment)
  return tonumber(moment.seconds) + tonumber(moment.nanoseconds) * 1e-9
end

local mode = os.getenv("LOAD_MODE")
local limit, connections = tonumber(os.getenv("LOAD_SECONDS")), tonumber(os.getenv("LOAD_CONNS"))
local collect = os.getenv("LOAD_COLLECT")
local run = os.getenv("LOAD_RUN")
local random = math.random
local headers, ids, number = {}, {}, 0

-- Read from outside by done(), so global.
started, ended, resting = nil, nil, 0

local thread
function setup(t) thread = t end -- wrk runs with one thread

function init()
  math.randomseed(tonumber(run:match("%d+$")))
  for token in io.lines(os.getenv("LOAD_TOKENS")) do
    headers[#headers + 1] = "Host: " .. wrk.host .. "\r\nAuthorization: Bearer " .. token .. "\r\n"
  end
  if mode == "get" then
    for line in io.lines(os.getenv("LOAD_IDS")) do
      local token, id = line:match("(%d+)\t(%S+)")
      ids[#ids + 1] = { headers[tonumber(token)], id }
    end
  end
end

local function post(path, extra, body)
  return "POST " .. path .. " HTTP/1.1\r\n" .. headers[random(#headers)] .. extra ..
    "Content-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

local make = {}

function make.orders()
  local lines = {}
  for line = 1, random(3) do
    lines[line] = '{"product_id":"prod_' .. random(1000) .. '","quantity":' .. random(5) .. "}"
  end
  number = number + 1
  return post("/api/v1/orders", "Idempotency-Key: " .. run .. "-" .. number .. "\r\n",
    '{"items":[' .. table.concat(lines, ",") .. '],"shipping_address":{"city":"Kyiv","address":"Khreshchatyk 1",' ..
    '"phone":"+380991234567"},"payment_method":"liqpay"}')
end

function make.get()
  local order = ids[random(#ids)]
  return "GET /api/v1/orders/" .. order[2] .. " HTTP/1.1\r\n" .. order[1] .. "\r\n"
end

function make.list()
  return "GET /api/v1/orders?limit=20 HTTP/1.1\r\n" .. headers[random(#headers)] .. "\r\n"
end

function make.promo()
  return post("/api/v1/promo/validate", "", '{"code":"BENCH' .. random(0, 99) .. '","order_total":"500.00","order_value":"500.00"}')
end

request = make[mode]

-- wrk asks before every request of a connection how long to wait. After the limit every connection is put to rest;
-- the last one to come to rest has brought the last answer.
function delay()
  local time = now()
  started = started or time
  ended = time
  if time - started < limit then return 0 end
  resting = resting + 1
  if resting == connections then io.open(os.getenv("LOAD_END"), "w"):close() end
  return 3600 * 1000
end

if collect then
  local file
  function response(status, _, body)
    local id = status == 201 and body:match('"id":%s*"([%x-]+)"')
    if not file then
      file = io.open(os.getenv("LOAD_IDS"), "a")
      file:setvbuf("line")
    end
    if id then file:write(collect, "\t", id, "\n") end
  end
end

function done(summary, latency)
  local errors = summary.errors
  local file = io.open(os.getenv("LOAD_RESULT"), "w")
  file:write(string.format(
    '{"answers": %d, "refused": %d, "broken": %d, "seconds": %.6f, "resting": %d, "p50": %.3f, "p90": %.3f, "p99": %.3f}',
    summary.requests, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    thread:get("ended") - thread:get("started"), thread:get("resting"),
    latency:percentile(50) / 1000, latency:percentile(90) / 1000, latency:percentile(99) / 1000))
  file:close()
end
