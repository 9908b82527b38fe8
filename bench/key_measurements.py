"""What the work on keys costs while the instance serves: a rotation of every data key, and the
erasure of one patient among many."""

import json
import time

import resources
from accounting import Span, median, percentile

PATIENTS = 1000
OBSERVATIONS = 8  # of each
LARGE = 5000  # observations of the patient who is erased
ENTRIES = 500  # in one transaction
PATIENCE = 240  # seconds; a token lives 300
CUSTODIANS = {"dora": "destroy", "grace": "generate", "rosa": "rotate"}
READERS = 5  # seconds that an old key stays when nothing is under it any more
READ = "/fhir/Patient/bench"


class Administrator:
    """Asks what the command line would ask, on one connection."""

    def __init__(self, instance):
        self.instance = instance
        self.connection = instance.connection()
        self.token = instance.run(
            "token", "--dir", instance.directory, "--client", "administrator", "--key",
            instance.directory / "credentials" / "administrator.jwk", "--scope",
            "admin/keys.read admin/keys.write",
        )

    def ask(self, path):
        status, body = self.instance.ask(self.connection, "GET", path, self.token)
        if status != 200:
            raise RuntimeError(f"{path}: {status} {body[:200]!r}")
        return json.loads(body)


def _read_until(bench, is_over, asked_each=0.05):
    """Latencies of reads, one after the other, until the question is answered."""
    connection, token = bench.instance.connection(), bench.instance.token()
    latencies, asked, end = [], time.monotonic(), time.monotonic() + PATIENCE
    while True:
        begun = time.monotonic()
        status, _ = bench.instance.ask(connection, "GET", READ, token)
        latencies.append(time.monotonic() - begun)
        bench.failures += status != 200
        if begun - asked < asked_each:
            continue
        asked = begun
        if is_over():
            return latencies
        if begun > end:
            raise RuntimeError("it does not end")


def _read_for(bench, seconds):
    end = time.monotonic() + seconds
    return _read_until(bench, lambda: time.monotonic() > end)


def _without_limit(instance):
    settings = instance.directory / "salus.toml"
    text = settings.read_text()
    settings.write_text(text.replace("records_per_second = 2000", "records_per_second = 0"))
    instance.stop()
    instance.start()


def rotation(bench, import_small):
    """Of every data key, from the first to be replaced until the last is destroyed."""
    import_small(bench, 0, PATIENTS)
    _without_limit(bench.instance)
    alone = _read_for(bench, 5)
    administrator = Administrator(bench.instance)
    keys = sum(key["keys"] for key in administrator.ask("/admin/keys")["dataKeys"])
    bench.instance.run("keys", "rotate", "data", "--dir", bench.instance.directory)
    _read_until(bench, lambda: _has(administrator, "decrypt-only"))
    begun = time.monotonic()
    with Span(bench.instance.pids) as span:
        beside = _read_until(
            bench, lambda: not _has(administrator, "decrypt-only"), asked_each=0.5
        )
    took = time.monotonic() - begun - READERS
    records = PATIENTS * (1 + OBSERVATIONS)
    bench.others.append(span.others)
    yield "data keys", f"{keys:,}", "", ""
    yield "records sealed again", f"{records / took:,.0f}/s", "", ""
    yield "CPU of the server for each, reads with it", f"{span.cpu / records * 1e6:,.0f} us", "", ""
    yield "a read, median, beside a read alone", *_beside(beside, alone, median)
    yield "a read, 99 %, beside a read alone", *_beside(
        beside, alone, lambda each: percentile(each, 0.99)
    )


def _beside(figures, alone, pick):
    figure, other = pick(figures), pick(alone)
    return f"{figure * 1e3:,.2f} ms", f"{other * 1e3:,.2f} ms", f"{figure / other:.2f}"


def _has(administrator, state):
    return any(key["state"] == state for key in administrator.ask("/admin/keys")["dataKeys"])


def _custodians(instance):
    entries = []
    for name, role in CUSTODIANS.items():
        entries.append(json.loads(instance.run(
            "keys", "custodian-key", instance.directory / f"{name}.pem", "--name", name, "--role",
            role)))
    path = instance.directory / "custodians.json"
    path.write_text(json.dumps({
        "v": 1, "version": 1, "custodians": entries,
        "policy": {"approvals": 2, "cool_off": 0, "lifetime": 86400},
    }))
    instance.run("keys", "custodians", path, "--dir", instance.directory)


def _approved(instance, patient):
    place = ("--dir", instance.directory)
    said = instance.run("keys", "propose", "erase-patient", "--patient", patient, "--reason",
                        "measured", "--as", "dora", "--key", instance.directory / "dora.pem",
                        *place)
    proposal = json.loads(said[said.index("\n{"):])["id"]
    for name in ("grace", "rosa"):
        instance.run("keys", "vote", proposal, "--approve", "--as", name, "--key",
                     instance.directory / f"{name}.pem", *place)
    return proposal


def _large_patient(bench, identity):
    bench.instance.expect("PUT", f"/fhir/Patient/{identity}", resources.patient(identity))
    connection = bench.instance.connection()
    observation = json.loads(resources.observation(identity))
    for _ in range(LARGE // ENTRIES):
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [
            {"request": {"method": "POST", "url": "Observation"}, "resource": observation}
        ] * ENTRIES}
        bench.instance.expect("POST", "/fhir", json.dumps(bundle).encode(), connection)


def erasure(bench, import_small):
    """From the order to the certificate: keys, records, and the keys above wrapped anew."""
    instance = bench.instance
    import_small(bench, 0, PATIENTS)
    _custodians(instance)
    times = []
    for patient, fill in (("large", _large_patient), ("flat-0", None)):
        if fill:
            fill(bench, patient)
        proposal = _approved(instance, patient)
        administrator = Administrator(instance)
        path = f"/admin/keys/proposals/{proposal}"
        alone = _read_for(bench, 2)
        begun = time.monotonic()
        status, _ = instance.ask(administrator.connection, "POST", path + "/execute",
                                 administrator.token)
        if status != 202:
            raise RuntimeError(f"not executed: {status}")
        beside = _read_until(bench, lambda: administrator.ask(path)["phase"] == "executed")
        times.append((time.monotonic() - begun, beside, alone))
    for what, (took, beside, alone) in zip((f"{LARGE:,} observations", "8 observations"), times):
        yield f"a patient with {what}, until certified", f"{took * 1e3:,.0f} ms", "", ""
        yield "  a read meanwhile, worst, beside a read alone", *_beside(beside, alone, max)
