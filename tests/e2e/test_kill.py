"""kill -9 at random moments under 64 clients: no acknowledged write lost, no released response
without its leaf, restart under 5 s (AUD-2, invariants 1 and 5). SALUS_NIGHTLY=1 runs 1,000
rounds instead of 50."""
import http.client
import os
import random
import re
import threading
import time
import unittest

from instance import Instance


CLIENTS = 64
ROUNDS = 1000 if os.environ.get("SALUS_NIGHTLY") else 25
LEAF = re.compile(rb'"i":(\d+),[ -~]{0,900}?"rq":"([A-Za-z0-9_-]{22})"')


def observation(patient, value):
    return {"resourceType": "Observation", "status": "final", "code": {"text": "kill"},
            "subject": {"reference": f"Patient/{patient}"}, "valueString": value}


class Oracle:
    """What clients were told, kept outside the server."""

    def __init__(self):
        self.lock = threading.Lock()
        self.leaf_of = {}
        self.written = {}
        self.problems = []

    def told(self, answer):
        with self.lock:
            if answer.status not in (200, 201):
                self.problems.append((answer.status, answer.body[:200]))
            request = answer.headers["X-Request-Id"].encode()
            self.leaf_of[request] = int(answer.headers["Salus-Audit-Leaf"])

    def acknowledged(self, place, value):
        with self.lock:
            self.written[place] = value


class Kill(unittest.TestCase):
    def setUp(self):
        self.instance = Instance()
        self.oracle = Oracle()
        self.stopping = threading.Event()

    def tearDown(self):
        self.instance.remove()

    def work(self, token, number, begin):
        begin.wait()
        count = 0
        try:
            client = self.instance.client(token, timeout=10)
            while not self.stopping.is_set():
                count += 1
                value = f"{number}-{count}-{random.random()}"
                answer = client.post("/fhir/Observation", observation(f"p{number}", value))
                self.oracle.told(answer)
                if answer.status == 201:
                    place = answer.headers["Location"].split("/fhir/")[1].split("/_history")[0]
                    self.oracle.acknowledged(place, value)
                    self.oracle.told(client.get("/fhir/" + place))
                    if count % 3 == 0:
                        changed = observation(f"p{number}", value + "!") | {"id": place[12:]}
                        answer = client.put("/fhir/" + place, changed)
                        self.oracle.told(answer)
                        # Unknown until acknowledged: the value before or after may stand.
                        if answer.status == 200:
                            self.oracle.acknowledged(place, value + "!")
        except (OSError, http.client.HTTPException):
            pass  # the server was killed in the middle of it
        except Exception as problem:
            self.oracle.problems.append(repr(problem))

    def one_round(self, token):
        self.stopping.clear()
        begin = threading.Event()
        threads = [threading.Thread(target=self.work, args=(token, i, begin))
                   for i in range(CLIENTS)]
        for thread in threads:
            thread.start()
        begin.set()
        time.sleep(0.3 + random.random() * 0.5)
        self.instance.kill()
        self.stopping.set()
        for thread in threads:
            thread.join()

    def leaves(self):
        found = {}
        for path in (self.instance.directory / "audit/default").glob("*.segment"):
            for index, request in LEAF.findall(path.read_bytes().rstrip(b"\0")):
                found.setdefault(request, set()).add(int(index))
        return found

    def check(self, token, places):
        client = self.instance.client(token)
        for place in places:
            answer = client.get("/fhir/" + place)
            self.assertEqual(answer.status, 200, place)
            stored = answer.json()["valueString"].rstrip("!")
            self.assertEqual(stored, self.oracle.written[place].rstrip("!"), place)
            if self.oracle.written[place].endswith("!"):
                self.assertTrue(answer.json()["valueString"].endswith("!"), place)

    def test_kill(self):
        seed = random.randrange(1 << 32)
        print(f"seed {seed}")
        random.seed(seed)
        self.instance.start()
        slowest = 0
        for number in range(ROUNDS):
            token = self.instance.token()
            before = set(self.oracle.written)
            self.one_round(token)
            slowest = max(slowest, self.instance.start(seconds=20))
            fresh = list(set(self.oracle.written) - before)
            self.check(self.instance.token(), random.sample(fresh, min(200, len(fresh))))
            print(f"round {number + 1}: {len(fresh)} writes acknowledged", flush=True)
        # On a busy machine too: the kills met writers.
        self.assertGreater(len(self.oracle.written), ROUNDS * CLIENTS // 4)
        self.assertEqual(self.oracle.problems[:5], [])
        places = list(self.oracle.written)
        for begin in range(0, len(places), 5000):
            self.check(self.instance.token(), places[begin:begin + 5000])
        leaves = self.leaves()
        missing = [request for request, leaf in self.oracle.leaf_of.items()
                   if leaf not in leaves.get(request, ())]
        self.assertEqual(missing[:5], [])
        self.assertEqual(self.instance.stop(), 0)
        verified = self.instance.command("audit", "verify", "--dir", str(self.instance.directory))
        self.assertIn(" 0 open intents", verified.stdout)
        print(f"{len(self.oracle.leaf_of)} responses, slowest restart {slowest:.2f} s")


if __name__ == "__main__":
    unittest.main()
