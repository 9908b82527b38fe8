-- One line of JSON for load.py; latencies and duration in microseconds.
function done(summary, latency)
  local errors = summary.errors
  local failures = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '{"requests":%d,"failures":%d,"microseconds":%d,"p50":%d,"p99":%d}\n',
    summary.requests, failures, summary.duration,
    latency:percentile(50), latency:percentile(99)))
end
