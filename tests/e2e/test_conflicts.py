"""Many writers of one resource: no update is lost, no version is skipped, If-Match lets one win."""
import threading
import unittest

from instance import Instance

WRITERS = 16


def patient(text):
    return {"resourceType": "Patient", "id": "contested", "name": [{"text": text}]}


class Conflicts(unittest.TestCase):
    def setUp(self):
        self.instance = Instance()
        self.instance.start()
        self.token = self.instance.token()
        self.client = self.instance.client(self.token)
        self.assertEqual(self.client.put("/fhir/Patient/contested", patient("first")).status, 201)

    def tearDown(self):
        self.instance.remove()

    def at_once(self, work):
        answers = []
        barrier = threading.Barrier(WRITERS)

        def one(number):
            client = self.instance.client(self.token)
            client.get("/health")
            barrier.wait()
            answers.append((number, work(client, number)))

        threads = [threading.Thread(target=one, args=(i,)) for i in range(WRITERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(answers), WRITERS)
        return answers

    def test_without_if_match_all_are_kept(self):
        for _ in range(5):
            before = int(self.client.get("/fhir/Patient/contested").json()["meta"]["versionId"])
            answers = self.at_once(
                lambda client, number: client.put("/fhir/Patient/contested", patient(f"w{number}")))
            # Who loses the race again and again gives up with 409, and nothing of it is stored.
            self.assertLessEqual({answer.status for _, answer in answers}, {200, 409})
            written = {int(answer.json()["meta"]["versionId"]): f"w{number}"
                       for number, answer in answers if answer.status == 200}
            self.assertGreater(len(written), 1)
            self.assertEqual(sorted(written), list(range(before + 1, before + 1 + len(written))))
            for version, text in written.items():
                stored = self.client.get(f"/fhir/Patient/contested/_history/{version}").json()
                self.assertEqual(stored["name"][0]["text"], text)

    def test_with_if_match_one_wins(self):
        answers = self.at_once(
            lambda client, number: client.put("/fhir/Patient/contested", patient(f"m{number}"),
                                              {"If-Match": 'W/"1"'}))
        self.assertEqual(sorted(answer.status for _, answer in answers),
                         [200] + [412] * (WRITERS - 1))
        stale = self.client.delete("/fhir/Patient/contested", {"If-Match": 'W/"1"'})
        self.assertEqual(stale.status, 412)
        self.instance.stop()
        verified = self.instance.command("audit", "verify", "--dir", str(self.instance.directory))
        self.assertIn(" 0 open intents", verified.stdout)


if __name__ == "__main__":
    unittest.main()
