"""Strict mode: no answer leaves before the mirror has its record (AUD-2, AUD-4). The mirror is
killed, frozen, black-holed, filled up; clients keep outside what they were told."""
import http.client
import random
import shutil
import signal
import threading
import time
import unittest

from mirrored_instance import BlackHole, MirroredInstance, salus, START

CLIENTS = 16
ROUNDS = 8
PATIENT = {"resourceType": "Patient", "id": "strict", "name": [{"family": "Strictly"}]}
WITHIN = 1.0  # seconds that an answer waits for the mirror at most
# Where time is measured: long enough that a busy machine's own delays are not taken for waiting.
LONG = 4.0
SOON = 3.0  # a refusal that waits for nobody
LATE = 20.0  # one that waited for as long as it may, and no longer than that by much


class StrictMirror(MirroredInstance):
    def configure(self, **values):
        strict = {"strict": True, "acknowledge_within_ms": int(WITHIN * 1000)}
        super().configure(**(strict | values))

    def setUp(self):
        super().setUp()
        self.mirror.start()

    def begin(self):
        self.instance.start(START)
        self.token = self.instance.token()
        self.wait_for_health(200)

    def wait_for_health(self, status, seconds=30):
        self.wait_for(lambda: self.health() == status, seconds, f"/health is never {status}")

    def timed(self, client, path="/fhir/Patient/strict"):
        begin = time.monotonic()
        return client.get(path).status, time.monotonic() - begin

    def test_no_answer_without_its_leaf_in_the_mirror(self):
        """The outside oracle: whatever any client was told is in the mirror when that is killed."""
        self.begin()
        random.seed(seed := random.randrange(1 << 32))
        print(f"seed {seed}")
        client = self.instance.client(self.token)
        self.assertEqual(client.put("/fhir/Patient/strict", PATIENT).status, 201)
        told, statuses, problems = {}, set(), []
        stopping = threading.Event()

        def work(number):
            try:
                client = self.instance.client(self.token, timeout=20)
                while not stopping.is_set():
                    if random.random() < 0.5:
                        answer = client.get("/fhir/Patient/strict")
                    else:
                        answer = client.put(f"/fhir/Patient/w{number}",
                                            PATIENT | {"id": f"w{number}"})
                    statuses.add(answer.status)
                    if "Salus-Audit-Leaf" in answer.headers:
                        leaf = int(answer.headers["Salus-Audit-Leaf"])
                        told[answer.headers["X-Request-Id"]] = leaf
                    elif answer.status != 503 or b"Strictly" in answer.body:
                        problems.append((answer.status, answer.body[:200]))
            except (OSError, http.client.HTTPException) as problem:
                problems.append(repr(problem))

        for number in range(ROUNDS):
            stopping.clear()
            before = len(told)
            threads = [threading.Thread(target=work, args=(i,)) for i in range(CLIENTS)]
            for thread in threads:
                thread.start()
            self.wait_for(lambda: len(told) > before, 60, "nobody was answered")
            time.sleep(0.5 + random.random() * 0.7)
            self.mirror.stop(signal.SIGKILL)
            time.sleep(WITHIN * 1.5)
            stopping.set()
            for thread in threads:
                thread.join()
            kept = self.mirror.kept()
            missing = [(request, leaf) for request, leaf in told.items()
                       if leaf not in kept.get(request, ())]
            self.assertEqual(missing[:5], [], f"round {number + 1}")
            self.assertEqual(problems[:5], [])
            self.wait_for_health(503)
            self.mirror.start()
            self.wait_for_health(200)
            print(f"round {number + 1}: {len(told) - before} answers", flush=True)
        self.assertLessEqual({200, 503}, statuses)
        # A busy machine takes its time to copy what waited; stopping would not wait for all of it.
        published = self.published_size()
        self.wait_for(lambda: self.mirror.size() >= published, 60, "it did not catch up")
        self.assertEqual(self.instance.stop(), 0)
        self.mirror.stop()
        self.assertEqual(salus("mirror", "verify", self.mirror.directory).returncode, 0)
        # The last checkpoint of all may not have reached it in the time that stopping takes.
        self.assertIn(self.mirror.size(), range(published, self.published_size() + 1))
        self.assertEqual(set(self.mirror.alarms()) - {"silence", "over", "damage"}, set())

    def test_a_mirror_that_does_not_answer_closes_in_time(self):
        """Frozen (it takes the request), black-holed, and reset."""
        self.configure(acknowledge_within_ms=int(LONG * 1000))
        self.begin()
        client = self.instance.client(self.token)
        self.assertEqual(client.put("/fhir/Patient/strict", PATIENT).status, 201)
        for name in ("frozen", "black hole", "resets"):
            with self.subTest(name):
                hole = None
                if name == "frozen":
                    self.mirror.process.send_signal(signal.SIGSTOP)
                else:
                    self.mirror.stop(signal.SIGKILL)
                    hole = BlackHole(self.mirror.port, name == "resets")
                status, seconds = self.timed(client)
                self.assertEqual(status, 503)
                self.assertGreater(seconds, LONG * 0.9)
                self.assertLess(seconds, LATE)
                for _ in range(20):
                    status, seconds = self.timed(client)
                    self.assertEqual(status, 503)
                    self.assertLess(seconds, SOON)
                refused = client.put("/fhir/Patient/unseen", PATIENT | {"id": "unseen"})
                self.assertEqual(refused.status, 503)
                probes = [self.instance.client().get(path).status
                          for path in ("/livez", "/readyz", "/health")]
                self.assertEqual(probes, [200, 503, 503])
                if hole:
                    hole.close()
                    self.mirror.start()
                else:
                    self.mirror.process.send_signal(signal.SIGCONT)
                self.wait_for_health(200)
                self.assertEqual(client.get("/fhir/Patient/strict").status, 200)
                self.assertEqual(client.get("/fhir/Patient/unseen").status, 404)
        output = self.instance.output.read_text()
        self.assertIn("strict mirror CLOSED", output)
        self.assertIn("strict mirror OK", output)
        self.assertEqual(self.instance.stop(), 0)
        verified = self.instance.command("audit", "verify", "--dir", str(self.directory))
        self.assertIn(" 0 open intents", verified.stdout)

    def test_a_write_is_not_begun_before_the_mirror_has_its_intent(self):
        self.begin()
        client = self.instance.client(self.token)
        self.mirror.process.send_signal(signal.SIGSTOP)
        answer = client.put("/fhir/Patient/strict", PATIENT)
        self.assertEqual(answer.status, 503)
        self.mirror.process.send_signal(signal.SIGCONT)
        self.wait_for_health(200)
        self.assertEqual(client.get("/fhir/Patient/strict").status, 404)
        self.assertEqual(client.put("/fhir/Patient/strict", PATIENT).status, 201)
        self.assertIn("answers wait for the mirror", self.report()["evidence"])
        # What failed while it stood still is told until the next checkpoint is cosigned.
        self.wait_for(lambda: self.report()["state"] == "enforced", 30, "never enforced again")

    def test_a_start_without_the_mirror_serves_nothing_and_heals(self):
        self.mirror.stop()
        with self.assertRaises(AssertionError):
            self.instance.start(4)  # /health is never 200
        self.wait_for_health(503)
        client = self.instance.client()
        self.assertEqual(client.get("/fhir/metadata").status, 503)
        self.mirror.start()
        self.wait_for_health(200)
        self.assertEqual(client.get("/fhir/metadata").status, 200)

    def test_an_older_directory_is_closed_by_what_was_acknowledged(self):
        """The whole account goes back by less than one checkpoint: without strict mode nobody could
        know."""
        file = self.directory / "salus.toml"
        self.instance.start(START)
        self.instance.stop()
        text = file.read_text()
        file.write_text(text.replace("checkpoint_seconds = 1\n", "checkpoint_seconds = 3600\n"))
        self.begin()
        self.fill(5)
        self.instance.kill()
        older = self.folder / "older"
        shutil.copytree(self.directory, older, ignore=shutil.ignore_patterns("*.socket"))
        self.instance.start(START)
        self.fill(5)
        self.instance.kill()
        shutil.rmtree(self.directory)
        shutil.copytree(older, self.directory)
        self.assert_closed("the mirror has a longer log than this")


if __name__ == "__main__":
    unittest.main()
