-- POST of one assertion after another of the file BENCH_ASSERTIONS, each once: thread t of
-- BENCH_THREADS takes every line whose number leaves the remainder t.
local here = debug.getinfo(1, "S").source:match("@(.*/)")
dofile(here .. "report.lua")

local started = 0
function setup(thread)
  thread:set("mine", started)
  started = started + 1
end

local form = os.getenv("BENCH_FORM") .. "&client_assertion_type="
  .. "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion="
local bodies = {}
local sent = 0

function init()
  local threads = tonumber(os.getenv("BENCH_THREADS"))
  local number = 0
  for line in io.lines(os.getenv("BENCH_ASSERTIONS")) do
    if number % threads == mine then bodies[#bodies + 1] = form .. line end
    number = number + 1
  end
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
end

-- When they are used up the last is sent again, refused, and counted as a failure: seen, not hidden.
function request()
  sent = sent + 1
  return wrk.format("POST", nil, nil, bodies[math.min(sent, #bodies)])
end
