#!/usr/bin/env python3
"""What strict mode of the mirror costs an answer: a read, with one connection and with 32,
strict and not, in turns in one run. The mirror is on this machine, so the round trip is the
loopback's, and the mirror's sync comes on top.

SALUS_BINARY=build/release/salus bench/strict_mode.py [ROUNDS] [SECONDS]
"""

import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
# Before this directory, which has an instance.py of its own.
sys.path.insert(0, str(HERE.parent / "tests" / "e2e"))

import mirrored_instance  # noqa: E402  (of the tests: an instance and its mirror)

PATIENT = {"resourceType": "Patient", "id": "bench", "name": [{"family": "Bench"}]}
WORDS = {"µs": 1e-3, "us": 1e-3, "ms": 1.0, "s": 1e3}


class Bench(mirrored_instance.MirroredInstance):
    def runTest(self):
        """Nothing: main() drives it."""

    def serve(self, strict):
        self.instance.stop()
        self.configure(strict=strict)
        self.instance.start(mirrored_instance.START)
        token = self.instance.token()
        answer = self.instance.client(token).put("/fhir/Patient/bench", PATIENT)
        assert answer.status in (200, 201), answer.body
        return token

    def load(self, token, connections, seconds):
        """Requests a second, and the median and 99 % of their time in milliseconds."""
        url = f"https://localhost:{self.instance.port}/fhir/Patient/bench"
        done = subprocess.run(
            ["wrk", "-t1" if connections == 1 else "-t2", f"-c{connections}", f"-d{seconds}s",
             "--latency", "-H", f"Authorization: Bearer {token}", url],
            capture_output=True, text=True, check=True)
        assert "Non-2xx" not in done.stdout, done.stdout
        rows = [line.split() for line in done.stdout.splitlines()]
        found = {row[0]: row[1] for row in rows if len(row) == 2}
        return float(found["Requests/sec:"]), milliseconds(found["50%"]), milliseconds(found["99%"])


def milliseconds(text):
    unit = next(unit for unit in ("µs", "us", "ms", "s") if text.endswith(unit))
    return float(text.removesuffix(unit)) * WORDS[unit]


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 4
    bench = Bench()
    bench.setUp()
    measured = {}
    try:
        bench.mirror.start()
        for _ in range(rounds):
            for strict in (False, True):
                token = bench.serve(strict)
                for connections in (1, 32):
                    row = bench.load(token, connections, seconds)
                    measured.setdefault((connections, strict), []).append(row)
    finally:
        bench.tearDown()
    print("connections  strict  answers/s  median ms   99 % ms   (median round)")
    for (connections, strict), rows in sorted(measured.items()):
        rate, median, most = (statistics.median(column) for column in zip(*rows))
        mode = "yes" if strict else "no"
        print(f"{connections:11}  {mode:>6}  {rate:9.0f}  {median:9.2f}  {most:8.2f}")


if __name__ == "__main__":
    main()
