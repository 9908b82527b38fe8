"""What the kernel says a process used: the one figure that neighbours on the machine disturb
least."""

import os
import pathlib
import resource
import statistics
import time


def cpu_seconds(pids):
    """CPU time of all living threads of these processes, from the scheduler's own nanoseconds."""
    total = 0
    for pid in pids:
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def machine_busy_seconds():
    fields = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    user, nice, system, _, _, interrupt, soft_interrupt, stolen = map(int, fields)
    ticks = user + nice + system + interrupt + soft_interrupt + stolen
    return ticks / os.sysconf("SC_CLK_TCK")


def client_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime + own.ru_utime + own.ru_stime


class Span:
    """Measures a server while the body of `with` runs."""

    def __init__(self, pids):
        self._pids = pids

    def __enter__(self):
        self._busy = machine_busy_seconds()
        self._client = client_seconds()
        self._cpu = cpu_seconds(self._pids)
        # Last, because reading the rest takes a millisecond, which is as long as a search.
        self._wall = time.monotonic()
        return self

    def __exit__(self, *_):
        self.wall = time.monotonic() - self._wall
        self.cpu = cpu_seconds(self._pids) - self._cpu
        ours = self.cpu + client_seconds() - self._client
        others = machine_busy_seconds() - self._busy - ours
        # Of the whole machine: what others used, so that a disturbed run is seen to be one.
        self.others = max(0.0, others / self.wall / (os.cpu_count() or 1))


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values):
    return statistics.median(values)
