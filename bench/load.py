"""The load generators wrk (HTTP/1.1) and h2load (HTTP/2): runs them, reads what they say."""

import dataclasses
import json
import os
import pathlib
import re
import subprocess
import tempfile

from accounting import Span, percentile

HERE = pathlib.Path(__file__).resolve().parent


@dataclasses.dataclass
class Load:
    requests: int  # answered with a success
    failures: int  # everything else
    seconds: float
    p50: float  # seconds
    p99: float
    cpu: float  # the server's seconds
    others: float  # share of the machine that neither server nor client used

    @property
    def rate(self):
        return self.requests / self.seconds

    @property
    def cpu_each(self):
        return self.cpu / max(1, self.requests)


def _run(command, environment=None):
    done = subprocess.run(
        command,
        env={**os.environ, **(environment or {})},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")
    return done.stdout


def wrk(server, path, seconds, script="read.lua", connections=32, threads=2, environment=None):
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s"]
    command += ["-s", str(HERE / script), server.url + path]
    with Span(server.pids) as span:
        output = _run(command, environment)
    said = json.loads(output.strip().splitlines()[-1])
    return Load(
        requests=said["requests"] - said["failures"],
        failures=said["failures"],
        seconds=said["microseconds"] / 1e6,
        p50=said["p50"] / 1e6,
        p99=said["p99"] / 1e6,
        cpu=span.cpu,
        others=span.others,
    )


def h2load(server, path, seconds, token=None, connections=8, streams=4):
    with tempfile.NamedTemporaryFile() as log:
        command = ["h2load", "-t2", f"-c{connections}", f"-m{streams}", f"-D{seconds}"]
        command += ["--log-file", log.name]
        if token:
            command += ["-H", f"authorization: Bearer {token}"]
        with Span(server.pids) as span:
            output = _run([*command, server.url + path])
        latencies = [int(line.split("\t")[2]) / 1e6 for line in pathlib.Path(log.name).open()]
    if "Application protocol: h2" not in output:
        raise RuntimeError("the server did not choose HTTP/2")
    codes = re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", output)
    succeeded, *failed = map(int, codes.groups())
    return Load(
        requests=succeeded,
        failures=sum(failed),
        seconds=seconds,
        p50=percentile(latencies, 0.50),
        p99=percentile(latencies, 0.99),
        cpu=span.cpu,
        others=span.others,
    )
