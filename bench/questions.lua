-- wrk asks every line of a file in turn: a path, and after a tab the entity tag that the client has, if any.
local requests, turn = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    local path, tag = line:match("^([^\t]+)\t(.+)$")
    requests[#requests + 1] = wrk.format("GET", path or line, tag and { ["If-None-Match"] = tag } or nil)
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency, _)
  local failed = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  io.write(string.format(
    '{"requests":%d,"failed":%d,"seconds":%.6f,"p50_ms":%.4f,"p99_ms":%.4f}\n',
    summary.requests, failed, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
