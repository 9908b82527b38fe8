-- POST of the form BENCH_FORM by the bearer of BENCH_TOKEN.
local here = debug.getinfo(1, "S").source:match("@(.*/)")
dofile(here .. "report.lua")

wrk.method = "POST"
wrk.body = os.getenv("BENCH_FORM")
wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_TOKEN")
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
