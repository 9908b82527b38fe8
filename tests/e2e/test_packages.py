"""Implementation guide packages: what they change while the server runs, who wins of several loads
at once, and what is refused that is no package."""
import concurrent.futures
import gzip
import http.client
import io
import json
import random
import secrets
import tarfile
import threading
import time
import unittest
import zlib

from instance import Instance, material

BASE = "http://hl7.org/fhir/StructureDefinition/"
SYSTEM = "http://example.org/wards"
PROFILE = "http://example.org/ward-observation"
LARGE_LOADS = 24
KILLS = 6


def definitions():
    """A code system, a value set over it, and a profile that binds to it and has a constraint."""
    system = {"resourceType": "CodeSystem", "url": SYSTEM, "status": "active",
              "content": "complete", "concept": [{"code": "north"}, {"code": "south"}]}
    values = {"resourceType": "ValueSet", "url": SYSTEM + "/all", "status": "active",
              "compose": {"include": [{"system": SYSTEM}]}}
    profile = {"resourceType": "StructureDefinition", "url": PROFILE, "type": "Observation",
               "name": "Ward", "status": "active", "derivation": "constraint",
               "baseDefinition": BASE + "Observation",
               "differential": {"element": [
                   {"id": "Observation", "path": "Observation", "constraint": [
                       {"key": "ward-1", "severity": "error", "human": "final or amended",
                        "expression": "status = 'final' or status = 'amended'"}]},
                   {"id": "Observation.bodySite", "path": "Observation.bodySite", "min": 1,
                    "binding": {"strength": "required", "valueSet": SYSTEM + "/all"}}]}}
    return [system, values, profile]


def observation(**changes):
    return {"resourceType": "Observation", "meta": {"profile": [PROFILE]}, "status": "final",
            "code": {"text": "x"}, "bodySite": {"coding": [{"system": SYSTEM, "code": "north"}]}
            } | changes


def tar(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def package(name="test.wards", version="1.0.0", content=None):
    manifest = json.dumps({"name": name, "version": version}).encode()
    files = [("package/package.json", manifest)]
    for number, each in enumerate(definitions() if content is None else content):
        files.append((f"package/{number}.json", json.dumps(each).encode()))
    return gzip.compress(tar(files))


class Packages(unittest.TestCase):
    def setUp(self):
        self.instance = Instance()
        self.addCleanup(self.instance.remove)
        self.instance.start()
        self.client = self.instance.client(self.instance.token())

    def administrator(self):
        return self.instance.administrator("admin/definitions.read", "admin/definitions.write")

    def command(self, *arguments, check=True):
        return self.instance.command("definitions", arguments[0], "--dir",
                                     str(self.instance.directory), *arguments[1:], check=check)

    def load(self, content, check=True):
        file = self.instance.root / "package.tgz"
        file.write_bytes(content)
        return self.command("load", str(file), check=check)

    def post(self, body, status):
        answer = self.client.post("/fhir/Observation", body)
        self.assertEqual(answer.status, status, answer.body)
        if status == 201:
            return set()
        return {issue["expression"][0] for issue in answer.json()["issue"]}

    def resident(self, kind="VmRSS"):
        """Memory of the server in MiB."""
        with open(f"/proc/{self.instance.process.pid}/status") as status:
            line = next(line for line in status if line.startswith(kind))
        return int(line.split()[1]) / 1024

    def test_from_loading_to_removal(self):
        wrong_code = observation(bodySite={"coding": [{"system": SYSTEM, "code": "west"}]})
        self.post(wrong_code, 201)  # the profile is not known
        self.assertEqual(self.load(package()).stdout.strip(), "test.wards@1.0.0")
        self.post(observation(), 201)
        self.assertIn("Observation.bodySite", self.post(wrong_code, 422))
        self.assertEqual(self.post(observation(status="preliminary"), 422), {"Observation"})
        without = observation()
        del without["bodySite"]
        self.assertEqual(self.post(without, 422), {"Observation"})
        # FHIR's own rules come first.
        self.post(observation(status="no code"), 400)
        entry = {"resource": wrong_code, "request": {"method": "POST", "url": "Observation"}}
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
        self.assertEqual(self.client.post("/fhir", bundle).status, 422)

        self.instance.stop()
        self.instance.start()
        self.client = self.instance.client(self.instance.token())
        self.assertEqual(self.command("list").stdout.split(), ["test.wards@1.0.0"])
        self.post(wrong_code, 422)

        self.assertEqual(self.command("remove", "test.wards@1.0.0").stdout, "")
        self.post(wrong_code, 201)
        self.assertEqual(self.command("list").stdout, "")
        again = self.command("remove", "test.wards@1.0.0", check=False)
        self.assertNotEqual(again.returncode, 0)
        self.assertIn("no such package", again.stderr)

    def test_a_constraint_that_cannot_be_evaluated_is_told(self):
        content = definitions()
        content[2]["differential"]["element"][0]["constraint"][0]["expression"] = "status ="
        done = self.load(package(content=content))
        self.assertIn("warning: the constraint ward-1 at Observation of " + PROFILE, done.stderr)
        answer = self.client.post("/fhir/Observation/$validate", observation())
        told = [issue for issue in answer.json()["issue"] if issue["severity"] == "information"]
        self.assertEqual(len(told), 1)
        self.post(observation(status="preliminary"), 201)

    def test_another_client_may_load(self):
        key = self.instance.root / "packages.jwk"
        self.instance.command("client", "add", "--dir", str(self.instance.directory), "packages",
                              "--scope", "admin/definitions.read admin/definitions.write",
                              "--purpose", "SYSADMIN", "--new-key", str(key))
        file = self.instance.root / "package.tgz"
        file.write_bytes(package())
        theirs = ("--client", "packages", "--key", str(key))
        self.assertEqual(self.command("load", str(file), *theirs).stdout.strip(),
                         "test.wards@1.0.0")
        self.assertEqual(self.command("list", *theirs).stdout.split(), ["test.wards@1.0.0"])

    def test_eight_load_at_once(self):
        def one(number):
            client = self.administrator()
            body = package(name=f"test.p{number}")
            while True:
                answer = client.post("/admin/definitions", body,
                                     {"Content-Type": "application/gzip"})
                # Whoever loses a race is told so, and nothing is lost.
                if answer.status != 409:
                    return answer.status

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            self.assertEqual(set(pool.map(one, range(8))), {200})
        self.assertEqual(set(self.command("list").stdout.split()),
                         {f"test.p{number}@1.0.0" for number in range(8)})
        self.post(observation(status="preliminary"), 422)

    def test_a_kill_leaves_all_of_it_or_nothing(self):
        """What was confirmed is there after the next start, and what is listed has effect."""
        seed = random.randrange(1 << 32)
        chance = random.Random(seed)
        wrong_code = observation(bodySite={"coding": [{"system": SYSTEM, "code": "west"}]})
        longest, ends = 0.05, set()  # seconds
        for number in range(KILLS):
            status = []

            def load(client=self.administrator(), status=status):
                client.get("/health")
                begin.set()
                try:
                    status.append(client.post("/admin/definitions", package(), {
                        "Content-Type": "application/gzip"}).status)
                except (OSError, http.client.HTTPException):
                    pass  # killed before it answered

            begin = threading.Event()
            thread = threading.Thread(target=load)
            thread.start()
            begin.wait(30)
            time.sleep(chance.uniform(0, longest))
            self.instance.kill()
            thread.join()
            self.instance.start()
            self.client = self.instance.client(self.instance.token())
            listed = "test.wards@1.0.0" in self.command("list").stdout
            ends.add((bool(status), listed))
            why = f"seed {seed}, round {number}"
            if status:
                self.assertEqual((status, listed), ([200], True), why)
            self.assertEqual(self.client.post("/fhir/Observation", wrong_code).status,
                             422 if listed else 201, why)
            if listed:
                self.command("remove", "test.wards@1.0.0")
                longest /= 1.3  # nearer to the moment at which it takes effect
            else:
                longest *= 1.3
        print(f"\nanswered, listed: {sorted(ends)}")
        self.instance.command("audit", "verify", "--dir", str(self.instance.directory))

    def test_what_is_no_package(self):
        manifest = ("package/package.json", b'{"name":"x.y","version":"1.0.0"}')
        whole = package()
        noise = zlib.compress(b"x")
        evil = [("package/../../evil.json", b"{}"), ("/etc/evil.json", b"{}"), manifest]
        link = io.BytesIO()
        with tarfile.open(fileobj=link, mode="w") as archive:
            entry = tarfile.TarInfo("package/link.json")
            entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(entry)
        cases = {
            "empty": (b" ", "not one whole gzip file"),
            "no gzip": (b"PK\x03\x04" + bytes(100), "not one whole gzip file"),
            "zlib": (noise, "not one whole gzip file"),
            "truncated": (whole[:-20], "not one whole gzip file"),
            "trailing": (whole + b"x", "not one whole gzip file"),
            "no tar": (gzip.compress(b"x" * 5000), "not a tar archive"),
            "cut tar": (gzip.compress(tar([manifest])[:700]), "the archive ends in the middle"),
            "link": (gzip.compress(link.getvalue()), "a package holds files only"),
            "no manifest": (gzip.compress(tar([("package/a.json", b"{}")])),
                            "package/package.json names no package and version"),
            "bad name": (package(name="../../etc"),
                         "package/package.json names no package and version"),
            "no JSON": (gzip.compress(tar([manifest, ("package/a.json", b"{")])), "JSON"),
            "too many files": (gzip.compress(tar(
                [manifest] + [(f"package/{n}.txt", b"") for n in range(20_001)])),
                "the archive holds too much"),
            "bomb": (gzip.compress(tar([manifest] + [
                (f"package/{n}.txt", bytes(15 << 20)) for n in range(18)])),
                "the file unpacks to too much"),
            "large file": (gzip.compress(tar([("package/a.json", bytes(17 << 20)), manifest])),
                           "the archive holds too much"),
        }
        self.administrator().get("/admin/definitions")
        before = self.resident("VmHWM")
        for name, (content, why) in cases.items():
            with self.subTest(name):
                done = self.load(content, check=False)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(why, done.stderr)
        # A name that leads elsewhere is not used: nothing is ever written under it.
        self.load(gzip.compress(tar(evil)))
        self.assertEqual(self.command("list").stdout.split(), ["x.y@1.0.0"])
        self.assertLess(self.resident("VmHWM") - before, 256)
        large = self.administrator().post("/admin/definitions", bytes(9 << 20),
                                          {"Content-Type": "application/gzip"})
        self.assertEqual(large.status, 413)

    def test_us_core(self):
        source = material("us-core-definitions")
        examples = material("us-core-examples-dev")
        if source is None or examples is None:
            return
        content = [json.loads(file.read_text()) for file in sorted(source.glob("*.json"))]
        body = package(name="hl7.fhir.us.core", version="0.0.0", content=content)
        self.load(body)
        naming = 0
        for file in sorted((examples / "resources").glob("*.json")):
            resource = json.loads(file.read_text())
            profiles = resource.get("meta", {}).get("profile", [])
            if not any("us-core" in profile for profile in profiles):
                continue
            naming += 1
            answer = self.client.post(f"/fhir/{resource['resourceType']}/$validate", resource)
            errors = [issue for issue in answer.json()["issue"]
                      if issue["severity"] in ("error", "fatal")]
            # HL7 makes this one's narrative when it publishes.
            if file.name != "diagnosticreport-cbc.json":
                self.assertEqual(errors, [], file.name)
        self.assertGreater(naming, 20)
        print(f"US Core: {naming} examples that name its profiles are valid")

        self.load_over_and_over(body, 64)

    def load_over_and_over(self, body, times):
        """What a package replaces goes."""
        administrator = self.administrator()
        sizes = []
        for _ in range(times):
            answer = administrator.post("/admin/definitions", body,
                                        {"Content-Type": "application/gzip"})
            if answer.status == 401:  # a token lives for five minutes
                administrator = self.administrator()
                continue
            self.assertEqual(answer.status, 200, answer.body)
            sizes.append(self.resident())
        # Each thread that ever loaded one keeps some memory, so it grows at first, then no more.
        third = len(sizes) // 3
        warm, end = max(sizes[third:2 * third]), max(sizes[2 * third:])
        print(f"{times} loads of {len(body) >> 10} KiB: {warm:.0f} MiB after {2 * third}, "
              f"{end:.0f} MiB at the end, {self.resident('VmHWM'):.0f} MiB at most")
        self.assertLess(end, warm * 1.2)

    def test_a_large_package_over_and_over(self):
        content = definitions()
        content[0]["concept"] = [{"code": secrets.token_hex(16)} for _ in range(200_000)]
        self.load_over_and_over(package(content=content), LARGE_LOADS)


if __name__ == "__main__":
    unittest.main()
