"""The measurements. Each takes a Bench and yields rows: (what, figure, beside what, ratio)."""

import concurrent.futures
import enum
import gzip
import json
import os
import pathlib
import random
import re
import secrets
import subprocess
import time

import key_measurements
import oauth
import resources
from accounting import Span, median, percentile
from figures import compared, microseconds, milliseconds, per_second
from instance import ENGINE
from load import h2load, wrk

HERE = pathlib.Path(__file__).resolve().parent

SEARCH = "?code=http://loinc.org%7C8310-5&date=ge2025-12-01&_count={count}&patient={patient}"
PAGES = (1, 10, 20, 50)
LARGE = 5000
TOKEN_RENEWED = 120  # seconds; a token lives 300


class Bench:
    def __init__(self, instance, nginx, directory, seconds, rounds):
        self.instance = instance
        self.nginx = nginx
        self.directory = directory
        self.seconds = seconds
        self.rounds = rounds
        self.failures = 0
        self.others = []

    def keep(self, load):
        """Remembers what would make a figure doubtful."""
        self.failures += load.failures
        self.others.append(load.others)
        return load

    def interleaved(self, ours, theirs):
        pairs = []
        for _ in range(self.rounds):
            pairs.append((self.keep(ours()), self.keep(theirs())))
        return [ours for ours, _ in pairs], [theirs for _, theirs in pairs]


def read_http1(bench):
    environment = {"BENCH_TOKEN": bench.instance.token()}
    loads, baseline = bench.interleaved(
        lambda: wrk(bench.instance, "/fhir/Patient/bench", bench.seconds, environment=environment),
        lambda: wrk(bench.nginx, "/resource", bench.seconds, environment=environment),
    )
    yield from compared(loads, baseline)


def read_http2(bench):
    token = bench.instance.token()
    loads, baseline = bench.interleaved(
        lambda: h2load(bench.instance, "/fhir/Patient/bench", bench.seconds, token),
        lambda: h2load(bench.nginx, "/resource", bench.seconds, token),
    )
    yield from compared(loads, baseline)


def _bundles(bench, patients):
    output = bench.directory / "bundles"
    bench.instance.run("generate", "--patients", patients, "--output", output)
    return sorted(output.iterdir())


def _synthea(bench):
    material = pathlib.Path(os.environ.get("SALUS_MATERIAL", "")) / "synthea-r4-dev" / "bundles"
    if not os.environ.get("SALUS_MATERIAL") or not material.is_dir():
        return []
    output = bench.directory / "synthea"
    output.mkdir()
    files = []
    for number, path in enumerate(sorted(material.glob("*.json.gz"))[:20]):
        files.append(output / f"{number:03}.json")
        files[-1].write_bytes(gzip.decompress(path.read_bytes()))
    return files


def _import(bench, what, files):
    count = sum(len(json.loads(path.read_bytes())["entry"]) for path in files)
    size = sum(path.stat().st_size for path in files)
    with Span(bench.instance.pids) as span:
        bench.instance.run("import", "--quiet", "--dir", bench.instance.directory, *files)
    bench.others.append(span.others)
    yield f"{what}: {len(files)} files", f"{count} resources", f"{size / 1e6:.1f} MB", ""
    yield "  resources", per_second(count / span.wall), f"{size / 1e6 / span.wall:.1f} MB/s", ""
    yield "  CPU per resource", microseconds(span.cpu / count), "", ""


def imports(bench):
    yield from _import(bench, "generated bundles", _bundles(bench, 100))
    synthea = _synthea(bench)
    if synthea:
        yield from _import(bench, "Synthea bundles", synthea)
    else:
        yield "Synthea bundles", "SALUS_MATERIAL is not there", "", ""


def _import_large(bench):
    """The id of a patient with 5,000 observations."""
    output = bench.directory / "large"
    bench.instance.run("generate", "--large", LARGE, "--output", output)
    body = (output / "patient-large.json").read_bytes()
    with Span(bench.instance.pids) as span:
        answer = bench.instance.expect("POST", "/fhir", body)
    locations = (entry["response"].get("location", "") for entry in answer["entry"])
    found = next(match for place in locations if (match := re.search(r"Patient/([^/]+)", place)))
    return found.group(1), span


OTHER_PATIENTS = 12
COLD_PAGES = (10, 50)
RESTARTS = 8
WARM_SEARCHES = 8
# Before each request that is measured by itself: what came before it is over then, and the
# processor asleep.
REST_SECONDS = 0.02
READS_BEFORE = 20  # in the stead of a rest: a server in use


def large_patient(bench):
    identity, span = _import_large(bench)
    yield f"transaction of {LARGE} observations", milliseconds(span.wall), "", ""
    known, *others = (_import_large(bench)[0] for _ in range(1 + OTHER_PATIENTS))
    # The first search of all opens each entry and leaves a page of the index behind.
    asker = _Asker(bench)
    yield from _shown("the first search of all", [asker.search(identity, 50)])
    for other in (known, *others):
        asker.search(other, 50)
    restarts, cold = [], []
    kinds = [(count, before) for before in (Before.rest, Before.reads) for count in COLD_PAGES]
    first, again = ({kind: [] for kind in kinds} for _ in range(2))
    for number in range(RESTARTS):
        bench.instance.stop()
        restarts.append(bench.instance.start())
        asker = _Asker(bench)
        cold.append(asker.search(identity, 50))
        # Only the patient is new to the process: workers have run this code, nothing else runs.
        bench.instance.settle()
        for _ in range(WARM_SEARCHES):
            asker.search(known, 50)
        kind = kinds[number % len(kinds)]
        with Span(bench.instance.pids) as span:
            for other in others:
                first[kind].append(asker.search(other, *kind))
                again[kind].append(asker.search(other, *kind))
        bench.others.append(span.others)
    yield from _shown("first search after a restart", cold)
    for kind in kinds:
        count, before = kind
        what = f"first search in a patient, {before.value}, a page of {count}"
        yield from _shown(what, first[kind])
        yield from _shown(f"  the same search again, a page of {count}", again[kind])
    yield from _asked_again(bench, "a read, for comparison", "/fhir/Patient/bench")
    for count in PAGES:
        page = "/fhir/Observation" + SEARCH.format(count=count, patient=identity)
        yield from _asked_again(bench, f"searched again, a page of {count}", page)
    after_writes = list(_searched_after_writes(bench, identity))
    yield from _shown("first search after a write", after_writes)
    yield "restart until GET /health answers", milliseconds(median(restarts)), "", ""


class Before(enum.Enum):
    rest = "after a rest"
    reads = "after reads"


class _Asker:
    """Searches one by one, over one connection, with one token: nothing else is asked for meanwhile
    that the server could still be busy with."""

    def __init__(self, bench):
        self._bench = bench
        self._token = bench.instance.token()
        self._connection = bench.instance.connection()
        self._ask("/fhir/Patient/bench")

    def search(self, patient, count, before=Before.rest):
        path = "/fhir/Observation" + SEARCH.format(count=count, patient=patient)
        if before is Before.rest:
            time.sleep(REST_SECONDS)
        else:
            for _ in range(READS_BEFORE):
                self._ask("/fhir/Patient/bench")
        with Span(self._bench.instance.pids) as span:
            status, body = self._ask(path)
        if status != 200 or len(json.loads(body).get("entry", [])) != count:
            raise RuntimeError(f"the search found no page of {count}: {status}")
        return span

    def _ask(self, path):
        return self._bench.instance.ask(self._connection, "GET", path, self._token)


def _shown(what, spans):
    """The median, beside the least: what it takes when nobody disturbs it."""
    for name, figures in (
        (what, [span.wall for span in spans]),
        ("  CPU", [span.cpu for span in spans]),
    ):
        least = f"least {milliseconds(min(figures))}" if len(figures) > 1 else ""
        yield name, milliseconds(median(figures)), least, ""


def _timed(bench, paths):
    """Latencies of requests one by one, and the server's CPU for each."""
    token = bench.instance.token()
    connection = bench.instance.connection()
    latencies = []
    with Span(bench.instance.pids) as span:
        for path in paths:
            begun = time.monotonic()
            status, body = bench.instance.ask(connection, "GET", path, token)
            latencies.append(time.monotonic() - begun)
            bench.failures += status != 200
    bench.others.append(span.others)
    return latencies, span.cpu / len(latencies), len(body)


def _asked_again(bench, what, path):
    latencies, cpu, size = _timed(bench, [path] * 200)
    yield f"{what} ({size // 1024} KiB)", "", "", ""
    yield "  latency, median", milliseconds(median(latencies)), "", ""
    yield "  latency, 99 %", milliseconds(percentile(latencies, 0.99)), "", ""
    yield "  CPU", milliseconds(cpu), "", ""


def _searched_after_writes(bench, identity):
    """Each search finds the patient's index changed by one write."""
    asker = _Asker(bench)
    for _ in range(20):
        bench.instance.expect("POST", "/fhir/Observation", resources.observation(identity))
        yield asker.search(identity, 50)


FLAT = (1000, 16000)  # patients
FLAT_OBSERVATIONS = 8  # of each
FLAT_ASKED = 400
FLAT_CLIENTS = 8


def _import_small(bench, begin, end):
    def work(numbers):
        connection, token = bench.instance.connection(), bench.instance.token()
        renewed = time.monotonic()
        for number in numbers:
            if time.monotonic() - renewed > TOKEN_RENEWED:
                token, renewed = bench.instance.token(), time.monotonic()
            body = resources.small_record(f"flat-{number}", FLAT_OBSERVATIONS)
            status, answer = bench.instance.ask(connection, "POST", "/fhir", token, body)
            if status != 200:
                raise RuntimeError(f"a transaction failed: {status} {answer[:200]!r}")

    with concurrent.futures.ThreadPoolExecutor(FLAT_CLIENTS) as pool:
        numbers = range(begin, end)
        list(pool.map(work, [numbers[at::FLAT_CLIENTS] for at in range(FLAT_CLIENTS)]))


def _flat_figures(bench, patients):
    """Of patients drawn from all: a read, a first search and the search again."""
    drawn = random.Random(patients).sample(range(patients), FLAT_ASKED)
    reads = [f"/fhir/Patient/flat-{number}" for number in drawn]
    searches = [
        "/fhir/Observation" + SEARCH.format(count=10, patient=f"flat-{number}").replace(
            "2025-12-01", "2025-01-01"
        )
        for number in drawn
    ]
    for what, paths in (("read", reads), ("first search", searches), ("search", searches)):
        latencies, cpu, _ = _timed(bench, paths)
        yield what, median(latencies), cpu


def flat(bench):
    """Whether one patient's answers cost more beside many patients."""
    figures, before = {}, 0
    for patients in FLAT:
        _import_small(bench, before, patients)
        before = patients
        bench.instance.stop()
        bench.instance.start()
        # A start compares the whole store with the audit log, in the background: what that takes
        # grows with the store, and is no part of an answer.
        bench.instance.settle()
        for what, latency, cpu in _flat_figures(bench, patients):
            figures.setdefault(what, []).append((latency, cpu))
    few, many = (f"{count:,}" for count in FLAT)
    yield "", f"{many} patients", f"{few} patients", "ratio"
    for what, ((latency_few, cpu_few), (latency_many, cpu_many)) in figures.items():
        yield f"{what}, latency, median", milliseconds(latency_many), milliseconds(
            latency_few
        ), f"{latency_many / latency_few:.2f}"
        yield f"{what}, CPU", microseconds(cpu_many), microseconds(
            cpu_few
        ), f"{cpu_many / cpu_few:.2f}"


def _durable_write_seconds(directory, size, seconds):
    """One writer, one file, write and fdatasync of `size` bytes each: what the disk can do."""
    piece = secrets.token_bytes(size)
    latencies = []
    file = os.open(directory / "floor", os.O_CREAT | os.O_WRONLY, 0o600)
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        one = time.monotonic()
        os.write(file, piece)
        os.fdatasync(file)
        latencies.append(time.monotonic() - one)
    os.close(file)
    return median(latencies)


def create(bench):
    body = bench.directory / "observation.json"
    body.write_bytes(resources.observation("bench"))
    environment = {"BENCH_TOKEN": bench.instance.token(), "BENCH_BODY": str(body)}
    loads, floors = [], []
    for _ in range(bench.rounds):
        floors.append(_durable_write_seconds(bench.directory, resources.OBSERVATION_BYTES, 1))
        load = wrk(
            bench.instance,
            "/fhir/Observation",
            bench.seconds,
            script="create.lua",
            environment=environment,
        )
        loads.append(bench.keep(load))
    rate, floor = median([load.rate for load in loads]), 1 / median(floors)
    yield "creates, beside write+fdatasync", per_second(rate), per_second(floor), (
        f"{rate / floor:.2f}"
    )
    latency = median([load.p50 for load in loads])
    yield "latency, median, beside one fdatasync", milliseconds(latency), (
        milliseconds(1 / floor)
    ), f"{latency * floor:.1f}"
    yield "latency, 99 %", milliseconds(median([load.p99 for load in loads])), "", ""
    yield "CPU per create", microseconds(median([load.cpu_each for load in loads])), "", ""


def _engine(command):
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def fhir_engine(bench):
    """Beside the engines of the npm registry, on the same document, in turns."""
    oauth.install_peers()
    document = HERE / "patient.json"
    ours, theirs = [], []
    for _ in range(bench.rounds):
        ours.append(_engine([ENGINE, document]))
        theirs.append(_engine(["node", oauth.PEERS / "engine.mjs", document]))
    for what, figure, beside in (
        ("validated, JSON.parse + ajv", "parse_and_validate", "json_parse_and_ajv"),
        ("validated, medplum", "parse_and_validate", "medplum_validate"),
        ("FHIRPath, fhirpath.js compiled", "fhirpath_compiled", "fhirpath_compiled"),
    ):
        mine = median([each[figure] for each in ours])
        other = median([each[beside] for each in theirs])
        yield what, f"{mine:.2f} us", f"{other:.2f} us", f"{mine / other:.2f}"


MEASUREMENTS = {
    "read": ("Authorized, audited read of 2 KB, 32 connections, beside nginx", read_http1),
    "read-h2": ("The same over HTTP/2, 8 connections of 4 streams, beside nginx", read_http2),
    "import": ("Import into the running instance, one client", imports),
    "create": ("Create of a 1 KB Observation, 32 connections, beside the disk", create),
    "token": ("Tokens for private_key_jwt (ES384), each assertion once", oauth.tokens),
    "oauth": ("Tokens for private_key_jwt (ES256), TLS, beside oidc-provider without TLS",
              oauth.tokens_beside_node),
    "introspection": ("Introspection by a bearer, 32 connections", oauth.introspection),
    "search": ("A patient with 5,000 observations: code, date, page of 50; restart", large_patient),
    "flat": ("One patient of few and of many: whether the others cost anything", flat),
    "rotation": (
        "Every data key of 1,000 patients replaced, with no limit set; reads beside it",
        lambda bench: key_measurements.rotation(bench, _import_small),
    ),
    "erasure": (
        "One patient among 1,000 erased, keys in the sealed file",
        lambda bench: key_measurements.erasure(bench, _import_small),
    ),
    "fhir-engine": ("A Patient of 2 KB in the FHIR engine, beside others", fhir_engine),
}
