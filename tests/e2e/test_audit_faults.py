"""Faults and attacks on the audit log of a running server: its live segment taken away or replaced,
a full disk under segments, tiles and checkpoints, and everything hostile that a request can carry
into a record (AUD-1, AUD-2)."""
import json
import os
import re
import shutil
import socket
import subprocess
import time
import unittest

from instance import Instance
from keyed_instance import START
from small_disk import FailingDisk, SmallDisk, enter_or_leave

MEBIBYTES = 200  # two segments of the audit log are 128
PATIENT = {"resourceType": "Patient", "id": "faulty", "name": [{"family": "Faultless"}]}
PLANTED = "PLANTEDWORD"
LEAF = re.compile(rb'"i":(\d+),[ -~]{0,900}?"rq":"([A-Za-z0-9_-]{22})"')
HOSTILE = {
    "newline": b"a\r\n b", "leaf": b'","ev":"read","out":"ok","x":"', "escape": b"\x1b[2J",
    "bidi": "\u202e\u2066".encode(), "invalid UTF-8": b"\xff\xfe\xc0\xaf\xed\xa0\x80",
    "lone quote": b'"', "backslashes": b"\\\\\\u0000", "long": b"u" * 6000, "nul": b"a\0b",
    "separator": "\u2028\u0085".encode(),
}


class AuditFaults(unittest.TestCase):
    def begin(self, **settings):
        instance = Instance()
        self.addCleanup(instance.remove)
        file = instance.directory / "salus.toml"
        text = file.read_text()
        for key, value in settings.items():
            text, count = re.subn(rf"(?m)^{key} = .*$", f"{key} = {value}", text)
            self.assertEqual(count, 1, key)
        file.write_text(text)
        instance.start(seconds=START)
        return instance

    def probes(self, instance):
        client = instance.client()
        return [client.get(path).status for path in ("/livez", "/readyz", "/health")]

    def test_the_live_segment_is_taken_away_or_replaced(self):
        def replace(path):
            shutil.copy(path, path.with_suffix(".copy"))
            path.with_suffix(".copy").rename(path)

        attacks = {"rm": lambda path: path.unlink(), "replaced by a copy": replace,
                   "mv": lambda path: path.rename(path.with_suffix(".moved"))}
        for name, attack in attacks.items():
            with self.subTest(name):
                instance = self.begin()
                client = instance.client(instance.token())
                self.assertEqual(client.put("/fhir/Patient/faulty", PATIENT).status, 201)
                self.assertEqual(self.probes(instance), [200, 200, 200])
                attack(sorted((instance.directory / "audit/default").glob("*.segment"))[0])
                for _ in range(2):
                    answer = client.get("/fhir/Patient/faulty")
                    self.assertEqual(answer.status, 503)
                    self.assertNotIn(b"Faultless", answer.body)
                self.assertEqual(self.probes(instance), [200, 503, 503])
                self.assertIn('"audit.poisoned"', instance.output.read_text())
                instance.kill()

    def test_rights_of_the_open_segment_do_not_matter(self):
        """What is written goes through the descriptor; a start needs the rights."""
        instance = self.begin()
        segment = sorted((instance.directory / "audit/default").glob("*.segment"))[0]
        segment.chmod(0)
        client = instance.client(instance.token())
        self.assertEqual(client.put("/fhir/Patient/faulty", PATIENT).status, 201)
        self.assertEqual(instance.stop(), 0)
        segment.chmod(0o600)
        instance.command("audit", "verify", "--dir", str(instance.directory))

    def test_a_full_disk_under_tiles_and_checkpoints(self):
        disk = SmallDisk(MEBIBYTES)
        self.addCleanup(disk.remove)
        instance = self.begin(checkpoint_seconds=1, degraded_after_seconds=1,
                              closed_after_seconds=4)
        client = instance.client(instance.token())
        self.assertEqual(client.put("/fhir/Patient/faulty", PATIENT).status, 201)
        states = []
        for room in (0, 4096, 16384):  # before the tile, and between tile and checkpoint
            disk.fill(leaving=room)
            end = time.monotonic() + 40
            while self.probes(instance)[1] != 503 and time.monotonic() < end:
                answer = client.get("/fhir/Patient/faulty")
                states.append((answer.status, instance.client().get("/health").json()["status"]))
                time.sleep(0.2)
            closed = self.probes(instance)
            if closed[1] == 503:
                self.assertEqual(closed, [200, 503, 503])
                refused = client.get("/fhir/Patient/faulty")
                self.assertEqual(refused.status, 503)
                self.assertNotIn(b"Faultless", refused.body)
            disk.free()
            end = time.monotonic() + 30
            while self.probes(instance) != [200, 200, 200] and time.monotonic() < end:
                time.sleep(0.2)
            self.assertEqual(self.probes(instance), [200, 200, 200])
            self.assertEqual(client.get("/fhir/Patient/faulty").status, 200)
        self.assertIn((200, "warn"), states, "served, and the operator told, before it closed")
        self.assertEqual(instance.stop(), 0)
        instance.command("audit", "verify", "--dir", str(instance.directory))

    def small_segments(self, instance):
        """A further tenant, whose log has segments of 64 KiB: a log goes on with the size of the
        file that it finds, here a spare one."""
        folder = instance.directory / "audit/small"
        folder.mkdir(mode=0o700)
        first = folder / "0000000001.segment"
        first.write_bytes(bytes(64 * 1024))
        first.chmod(0o600)
        file = instance.directory / "salus.toml"
        file.write_text(file.read_text().replace('[[tenant]]\nname = "default"\n',
                                                 '[[tenant]]\nname = "default"\n\n'
                                                 '[[tenant]]\nname = "small"\n'))
        return folder

    def test_a_full_disk_where_a_segment_is_to_be_made(self):
        disk = SmallDisk(MEBIBYTES)
        self.addCleanup(disk.remove)
        instance = Instance()
        self.addCleanup(instance.remove)
        log = self.small_segments(instance)
        instance.start(seconds=START)
        client = instance.client()
        told = {}

        def ask():
            answer = client.get("/t/small/fhir/Patient/faulty")
            if answer.status == 401:
                told[answer.headers["X-Request-Id"]] = int(answer.headers["Salus-Audit-Leaf"])
            return answer.status

        for _ in range(300):
            self.assertEqual(ask(), 401)
        self.assertGreater(len(list(log.glob("*.segment"))), 3)
        disk.fill()
        before = len(told)
        while (status := ask()) == 401 and len(told) < before + 5000:
            pass
        self.assertEqual(status, 503)
        self.assertGreater(len(told), before, "the segment at hand and the spare one were there")
        self.assertEqual(ask(), 503)
        self.assertEqual(self.probes(instance), [200, 503, 503])
        self.assertEqual(client.get("/fhir/metadata").status, 200, "the other log has its room")
        disk.free()
        self.assertEqual(ask(), 503, "nothing is tried again before it was verified")
        self.assertEqual(instance.stop(), 0)
        instance.start(seconds=START)
        client = instance.client()
        for _ in range(300):
            self.assertEqual(ask(), 401)
        self.assertEqual(instance.stop(), 0)
        instance.command("audit", "verify", "--dir", str(instance.directory))
        found = {}
        for segment in log.glob("*.segment"):
            for index, request in LEAF.findall(segment.read_bytes()):
                found.setdefault(request.decode(), set()).add(int(index))
        missing = [request for request, leaf in told.items() if leaf not in found.get(request, ())]
        self.assertEqual(missing, [])

    def test_the_disk_becomes_read_only(self):
        try:
            disk = FailingDisk(300)
        except (OSError, subprocess.CalledProcessError):
            self.skipTest("ext4 cannot be mounted from a file here")
        self.addCleanup(disk.remove)
        instance = self.begin()
        client = instance.client(instance.token())
        self.assertEqual(client.put("/fhir/Patient/faulty", PATIENT).status, 201)
        disk.fail()
        for _ in range(3):
            answer = client.get("/fhir/Patient/faulty")
            self.assertEqual(answer.status, 503)
            self.assertNotIn(b"Faultless", answer.body)
        self.assertEqual(self.probes(instance), [200, 503, 503])
        # Its output is on that disk, too, so the operational log says nothing of it.
        instance.kill()
        disk.mount_again()
        instance.start(seconds=START)
        client = instance.client(instance.token())
        self.assertEqual(client.get("/fhir/Patient/faulty").status, 200)
        self.assertEqual(instance.stop(), 0)
        instance.command("audit", "verify", "--dir", str(instance.directory))

    # --- What a request can carry into a record
    def raw(self, instance, text):
        with socket.create_connection(("localhost", instance.port)) as plain:
            with instance.tls().wrap_socket(plain, server_hostname="localhost") as raw:
                raw.settimeout(10)
                raw.sendall(text)
                return raw.recv(65536)

    def hostile_requests(self, token):
        for value in HOSTILE.values():
            mark = PLANTED.encode() + value + PLANTED.encode()
            coded = b"".join(b"%%%02X" % byte for byte in mark)
            bearer = b"Authorization: Bearer " + token.encode() + b"\r\n"
            for fields in (b"User-Agent: " + mark, b"X-Request-Id: " + mark,
                           b"X-Forwarded-For: " + mark, b"Accept: " + mark,
                           b"If-Match: " + mark, b"Traceparent: " + mark):
                yield b"GET /fhir/Patient/faulty HTTP/1.1\r\nHost: localhost\r\n" + bearer + \
                    fields + b"\r\nConnection: close\r\n\r\n"
            for target in (b"/fhir/Patient/" + coded, b"/fhir/" + coded, b"/t/" + coded + b"/fhir",
                           b"/fhir/Patient?family=" + coded, b"/fhir/Patient?" + coded + b"=1",
                           b"/admin/definitions/" + coded):
                if len(target) < 8000:
                    yield b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\n" + bearer + \
                        b"Connection: close\r\n\r\n"
            form = b"grant_type=client_credentials&client_id=" + coded + b"&scope=" + coded
            yield b"POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: " \
                b"application/x-www-form-urlencoded\r\nContent-Length: %d\r\n" \
                b"Connection: close\r\n\r\n" % len(form) + form

    def test_injection(self):
        instance = self.begin()
        token = instance.token()
        instance.client(token).put("/fhir/Patient/faulty", PATIENT)
        answered = 0
        for request in self.hostile_requests(token):
            answer = self.raw(instance, request)
            self.assertRegex(answer, rb"^HTTP/1.1 [24]\d\d ")
            leaf = re.search(rb"Salus-Audit-Leaf: (\d+)", answer)
            answered += leaf is not None
        self.assertGreater(answered, 60)
        self.assertEqual(instance.stop(), 0)
        instance.command("audit", "verify", "--dir", str(instance.directory))
        leaves = 0
        for segment in (instance.directory / "audit/default").glob("*.segment"):
            content = segment.read_bytes().rstrip(b"\0")
            self.assertNotIn(PLANTED.encode(), content)
            text = content.decode("latin-1")
            for found in re.finditer(r'\{"b":"', text):
                leaf, end = json.JSONDecoder().raw_decode(text, found.start())
                again = json.dumps(leaf, sort_keys=True, separators=(",", ":"))
                self.assertEqual(again, text[found.start():end], "canonical, and reads back")
                leaves += 1
        self.assertGreater(leaves, answered)
        for line in instance.output.read_bytes().splitlines():
            self.assertNotIn(PLANTED.encode(), line)
            if line.startswith(b"{"):
                json.loads(line.decode("ascii"))
        self.assertFalse(any(PLANTED in name for _, folders, files in
                             os.walk(instance.directory) for name in folders + files))


if __name__ == "__main__":
    enter_or_leave()
    unittest.main()
