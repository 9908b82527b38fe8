"""The key that signs tokens is replaced again and again while a dozen sessions of people refresh
their tokens and use the API (IAM-3, ENC-4): nobody is refused, neither with a fresh token nor with
one under an earlier key; an earlier key verifies until its last token has ended, and is gone then,
and the sessions go on."""
import base64
import json
import pathlib
import threading
import time
import unittest

from custodians import Custodians
from instance import Instance
from people import App, Person

LIBRARIES = [pathlib.Path("/usr/lib") / machine / "faketime/libfaketime.so.1"
             for machine in ("x86_64-linux-gnu", "aarch64-linux-gnu")]
PEOPLE = 4
SESSIONS_OF_EACH = 3
ROTATIONS = 5
START = 30  # seconds
ACCESS_TOKEN_LIFE = 300  # seconds
AFTER_THE_LAST = ACCESS_TOKEN_LIFE + 30
PLACE = "/fhir/Patient/rotated"


def key_of(token):
    part = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["kid"]


class Session:
    """An app that a person allowed something: refreshes and reads until told to stop."""

    def __init__(self, app, person):
        self.app = app
        self.client = app.instance.client()
        self.tokens = app.tokens(person.browser)
        self.first = self.tokens["access_token"]
        self.keys = [key_of(self.first)]
        self.refused = []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        try:
            while not self.stopping.is_set():
                self.turn()
        except Exception as error:  # pylint: disable=broad-except
            self.refused.append(repr(error))

    def turn(self):
        before = self.tokens["access_token"]
        self.refresh()
        for token in (self.first, before, self.tokens["access_token"]):
            self.expect(200, "read", self.read(token))

    def refresh(self):
        answer = self.app.ask({"grant_type": "refresh_token", "client_id": self.app.name,
                               "refresh_token": self.tokens["refresh_token"]})
        self.expect(200, "refresh", answer)
        self.tokens = answer.json()
        self.keys.append(key_of(self.tokens["access_token"]))

    def read(self, token):
        return self.client.get(PLACE, {"Authorization": f"Bearer {token}"})

    def expect(self, status, what, answer):
        if answer.status != status:
            self.refused.append((what, answer.status, answer.body[:300]))

    def stop(self):
        self.stopping.set()
        self.thread.join(60)


class PeopleAndRotation(unittest.TestCase):
    def setUp(self):
        library = next((path for path in LIBRARIES if path.exists()), None)
        if library is None:
            self.skipTest("libfaketime is absent")
        self.instance = Instance()
        self.addCleanup(self.instance.remove)
        self.setting = self.instance.root / "faketime"
        self.set_clock(0)
        self.instance.environment = {
            "LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(self.setting),
            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        self.instance.start(seconds=START)
        self.custodians = Custodians(self.instance)
        self.custodians.appoint()
        written = self.instance.client(self.instance.token()).put(
            PLACE, {"resourceType": "Patient", "id": "rotated", "active": True})
        self.assertEqual(written.status, 201, written.body)
        self.sessions = []
        self.addCleanup(lambda: [session.stop() for session in self.sessions])

    def set_clock(self, ahead):
        """Of the server: so many seconds ahead of ours, from its next look on."""
        new = self.setting.with_suffix(".new")
        new.write_text(f"+{ahead}\n")
        new.rename(self.setting)

    def published(self):
        """The kids of the keys that verify; the one that signs comes first."""
        keys = self.instance.client().get("/oauth/jwks").json()["keys"]
        self.assertTrue(all("d" not in key for key in keys))
        return [key["kid"] for key in keys]

    def wait_until(self, holds, what, seconds=60):
        end = time.monotonic() + seconds
        while not holds(self.published()):
            self.assertLess(time.monotonic(), end, f"{what}: {self.published()} "
                            + self.instance.output.read_text()[-2000:])
            time.sleep(0.1)

    def rotate(self):
        """From one key that signs to the next, and until every session has a token of that."""
        before = self.published()
        self.custodians.rotate("signing")
        self.wait_until(lambda now: now[0] not in before, "a new key signs")
        self.assertEqual(self.published()[1:], before, "an earlier key is gone too early")
        fresh = self.published()[0]
        end = time.monotonic() + 60
        while any(session.keys[-1] != fresh for session in self.sessions):
            self.assertEqual([session.refused for session in self.sessions if session.refused], [])
            self.assertLess(time.monotonic(), end, "a session gets no token of the new key")
            time.sleep(0.05)

    def begin_sessions(self):
        app = App(self.instance, "portal")
        for number in range(PEOPLE):
            person = Person(self.instance, f"person{number}", "--fhir-user",
                            f"Practitioner/p{number}")
            self.sessions += [Session(app, person) for _ in range(SESSIONS_OF_EACH)]

    def test_nobody_is_refused(self):
        begun = time.monotonic()
        self.begin_sessions()
        for session in self.sessions:
            session.thread.start()
        for _ in range(ROTATIONS):
            self.rotate()
        for session in self.sessions:
            session.stop()
        self.assertLess(time.monotonic() - begun, ACCESS_TOKEN_LIFE, "first tokens have ended")
        keys = self.published()
        for session in self.sessions:
            self.assertEqual(session.refused, [])
            # Tokens of every key, in the order in which the keys signed.
            self.assertEqual(list(dict.fromkeys(session.keys)), keys[::-1])
        self.assertEqual(len(keys), ROTATIONS + 1)
        self.the_old_keys_go(keys)

    def the_old_keys_go(self, keys):
        ends = [session.tokens["access_token"] for session in self.sessions]
        self.set_clock(AFTER_THE_LAST)
        self.wait_until(lambda now: now == keys[:1], "earlier keys are gone")
        for session, ended in zip(self.sessions, ends):
            session.expect(401, "a token that ended", session.read(session.first))
            session.expect(401, "a token that ended", session.read(ended))
            session.refresh()
            session.expect(200, "read", session.read(session.tokens["access_token"]))
            self.assertEqual(session.refused, [])


if __name__ == "__main__":
    unittest.main()
