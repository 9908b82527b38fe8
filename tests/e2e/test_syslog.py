"""Audit logs sent as syslog over TLS (RFC 5424, RFC 5425) to rsyslog, a receiver of others: what it
parses, what it misses when it or the server is killed, and that nobody waits for it (AUD-8)."""
import json
import pathlib
import shutil
import signal
import statistics
import subprocess
import time
import unittest
import xml.parsers.expat

from instance import BINARY, free_port, Instance, wait_for

PATIENT = {"resourceType": "Patient", "id": "p1", "name": [{"family": "Secretname"}]}
PATIENCE = 60  # seconds; a busy machine is no finding
ELEMENT = "salus@32473"

RSYSLOG = """
global(workDirectory="{directory}" maxMessageSize="256k" defaultNetstreamDriver="{driver}"
       defaultNetstreamDriverCAFile="{directory}/ca.crt"
       defaultNetstreamDriverCertFile="{directory}/{name}.crt"
       defaultNetstreamDriverKeyFile="{directory}/{name}.key")
module(load="imtcp" streamDriver.name="{driver}" streamDriver.mode="1"
       streamDriver.authMode="{authentication}")
module(load="mmpstrucdata")
template(name="parsed" type="string" string="%jsonmesg%\\n")
input(type="imtcp" port="{port}" address="127.0.0.1")
action(type="mmpstrucdata")
action(type="omfile" file="{directory}/received" template="parsed")
"""
SECTION = """
[audit.syslog]
host = "localhost"
port = {port}
authorities = "{directory}/ca.crt"
server_key = ""
certificate = "{directory}/client.crt"
certificate_key = "{directory}/client.key"
timeout_ms = 2000
confirmation = "{confirmation}"
confirm_after_seconds = 1
alarm_after_seconds = {alarm}
"""


def openssl(directory, *arguments):
    subprocess.run(["openssl", *arguments], cwd=directory, check=True, capture_output=True)


def make_authority(directory):
    openssl(directory, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", "/CN=test")


def make_certificate(directory, name, host):
    openssl(directory, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", name + ".key", "-out", name + ".csr", "-subj", "/CN=" + host, "-addext",
            "subjectAltName=DNS:" + host)
    openssl(directory, "x509", "-req", "-in", name + ".csr", "-CA", "ca.crt", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", "2", "-copy_extensions", "copy",
            "-out", name + ".crt")


class Rsyslog:
    """A receiver that keeps each message as rsyslog has parsed it."""

    def __init__(self, root):
        self.directory = pathlib.Path(root)
        self.directory.mkdir()
        self.port = free_port()
        self.process = None
        make_authority(self.directory)
        for name, host in (("server", "localhost"), ("other", "other.example"),
                           ("client", "client.example")):
            make_certificate(self.directory, name, host)

    def start(self, driver="ossl", name="server", authentication="x509/certvalid"):
        file = self.directory / "rsyslog.conf"
        file.write_text(RSYSLOG.format(directory=self.directory, driver=driver, name=name,
                                       port=self.port, authentication=authentication))
        (self.directory / "pid").unlink(missing_ok=True)
        with open(self.directory / "log", "ab") as output:
            self.process = subprocess.Popen(
                [shutil.which("rsyslogd") or "/usr/sbin/rsyslogd", "-n", "-f", str(file), "-i",
                 str(self.directory / "pid")], stdout=output, stderr=output)

    def end(self, how=signal.SIGKILL):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(how)
            self.process.wait()

    def messages(self):
        file = self.directory / "received"
        if not file.exists():
            return []
        lines = file.read_bytes().split(b"\n")[:-1]  # a line without end was cut by a kill
        return [json.loads(line) for line in lines]

    def elements(self):
        return [m["$!"]["rfc5424-sd"][ELEMENT] for m in self.messages()]

    def gaps(self):
        got, named = {}, {}
        for element in self.elements():
            got.setdefault(element["o"], set()).add(element["i"])
            named.setdefault(element["o"], set()).add(element.get("pi"))
        return {o: named[o] - got[o] - {None} for o in named if named[o] - got[o] - {None}}


class Syslog(unittest.TestCase):
    def setUp(self):
        self.instance = Instance()
        self.addCleanup(self.instance.remove)
        self.receiver = Rsyslog(self.instance.root / "rsyslog")
        self.addCleanup(self.receiver.end)

    def configure(self, confirmation="close_notify", alarm=60):
        settings = self.instance.directory / "salus.toml"
        settings.write_text(settings.read_text() + SECTION.format(
            port=self.receiver.port, directory=self.receiver.directory, alarm=alarm,
            confirmation=confirmation))

    def begin(self, **options):
        self.configure(**options)
        self.instance.start(PATIENCE)
        self.client = self.instance.client(self.instance.token())
        self.client.put("/fhir/Patient/p1", PATIENT)

    def read(self, times=1):
        for _ in range(times):
            self.assertEqual(self.client.get("/fhir/Patient/p1").status, 200)

    def events(self):
        done = self.instance.command("audit", "export", "--dir", str(self.instance.directory),
                                     "--format", "jsonl")
        leaves = [json.loads(line) for line in done.stdout.splitlines()]
        # Of a write the outcome is the event.
        return {str(leaf["i"]) for leaf in leaves if leaf.get("ph") != "intent"}

    def wait_for(self, what):
        wait_for(what, PATIENCE, "it did not come", self.instance.output,
                 self.receiver.directory / "log")

    def wait_until_all_arrived(self):
        """Every event of the log so far."""
        wanted = self.events()
        self.wait_for(lambda: wanted <= {e["i"] for e in self.receiver.elements()})
        self.assertEqual(self.receiver.gaps(), {})

    def state(self):
        answer = self.instance.client().get("/health")
        self.assertEqual(answer.status, 200)
        return answer.json()["status"]

    def evidence(self):
        done = self.instance.command("check", "--dir", str(self.instance.directory), "--json",
                                     check=False)
        report = json.loads(done.stdout)
        lines = report["controls"] if isinstance(report, dict) else report
        return next(line["evidence"] for line in lines if line["id"] == "AUD-8")

    def test_rsyslog_parses_every_event_in_order(self):
        self.receiver.start()
        self.begin()
        self.read(20)
        self.client.get("/fhir/Observation?patient=p1&code=Secretquery")
        self.instance.client().get("/fhir/Patient/p1")
        self.wait_until_all_arrived()
        messages = self.receiver.messages()
        first = []
        for message in messages:
            element = message["$!"]["rfc5424-sd"][ELEMENT]
            if element["i"] not in first:
                first.append(element["i"])
            self.assertEqual((message["protocol-version"], message["app-name"],
                              message["msgid"], message["syslogfacility"]),
                             ("1", "salus", "IHE+RFC-3881", "10"))
            self.assertTrue(element["o"].startswith("salus/"))
            self.assertEqual(len(element["lh"]), 44)
            tags = []
            parser = xml.parsers.expat.ParserCreate()
            parser.StartElementHandler = lambda name, _: tags.append(name)
            parser.Parse(message["msg"].lstrip("\ufeff"), True)
            self.assertEqual(tags[:2], ["AuditMessage", "EventIdentification"])
        self.assertEqual(first, sorted(first, key=int))
        severities = {m["syslogseverity"] for m in messages}
        self.assertTrue({"4", "5"} <= severities <= {"3", "4", "5"}, severities)
        text = (self.receiver.directory / "received").read_text()
        for secret in ("Secretname", "Secretquery", "Patient/p1", "127.0.0.1\\\""):
            self.assertNotIn(secret, text)
        exported = self.instance.command("audit", "export", "--dir", str(self.instance.directory),
                                         "--format", "syslog").stdout.splitlines()
        self.assertLessEqual({m["rawmsg"] for m in messages[:20]}, set(exported))
        self.assertEqual(self.state(), "pass")
        self.assertRegex(self.evidence(), r"syslog to localhost:\d+, salus/\S+: \d+ of \d+ leaves "
                                          r"read there, lag \d+ s, 0 connections lost")

    def test_a_receiver_killed_under_load_misses_no_event(self):
        self.receiver.start()
        self.begin()
        for _ in range(5):
            self.read(60)
            self.receiver.end()  # in the middle of what is being sent
            self.read(20)
            self.receiver.start()
            time.sleep(1.5)
        self.wait_until_all_arrived()
        self.assertNotIn(" 0 connections lost", self.evidence())

    def test_a_killed_server_goes_on_without_a_gap(self):
        self.receiver.start()
        self.begin()
        for _ in range(3):
            self.read(40)
            self.instance.kill()
            self.instance.start(PATIENCE)
            self.client = self.instance.client(self.instance.token())
        self.wait_until_all_arrived()
        # A cursor from before it was killed, and none at all: more comes twice, nothing is missing.
        cursor = self.instance.directory / "syslog/default.cursor"
        self.wait_for(cursor.exists)
        older = cursor.read_bytes()
        self.read(10)
        time.sleep(3)
        for contents in (older, b"", None):
            self.instance.stop()
            cursor.unlink()
            if contents is not None:
                cursor.write_bytes(contents)
            self.instance.start(PATIENCE)
            self.client = self.instance.client(self.instance.token())
            self.read(5)
            self.wait_until_all_arrived()
        self.assertIn("there is no cursor", self.instance.output.read_text())

    def test_an_orderly_stop_delivers_the_last_leaf(self):
        self.receiver.start()
        self.begin()
        self.read(5)
        self.instance.stop()
        self.wait_until_all_arrived()
        self.assertIn("Application Stop", (self.receiver.directory / "received").read_text())

    def test_another_receiver_is_refused(self):
        self.receiver.start(name="other")  # the right authority, another name
        self.begin(alarm=3)
        self.read(5)
        self.wait_for(lambda: self.state() == "warn")
        self.assertIn("the TLS handshake failed", self.evidence())
        self.assertEqual(self.receiver.messages(), [])
        make_authority(self.receiver.directory)  # the right name, another authority
        make_certificate(self.receiver.directory, "server", "localhost")
        self.receiver.end()
        self.receiver.start()
        self.read(5)
        time.sleep(5)
        self.assertEqual(self.receiver.messages(), [])
        self.assertEqual(self.client.get("/fhir/Patient/p1").status, 200)
        self.assertIn("audit.syslog ", self.instance.output.read_text().replace('"', " "))

    def test_a_receiver_that_does_not_know_us_is_not_believed_to_have_read(self):
        other = self.instance.root / "other"
        other.mkdir()
        make_authority(other)
        make_certificate(other, "client", "client.example")
        for name in ("client.crt", "client.key"):
            shutil.copy(other / name, self.receiver.directory / name)
        self.receiver.start()
        self.begin(alarm=3)
        self.read(5)
        # TLS 1.3: the client learns of it behind its own handshake.
        self.wait_for(lambda: self.state() == "warn")
        self.assertEqual(self.receiver.messages(), [])
        self.assertFalse((self.instance.directory / "syslog/default.cursor").exists())

    def test_nobody_waits_for_a_receiver_that_does_not_answer(self):
        self.receiver.start()
        self.begin(alarm=4)
        self.read(20)
        self.wait_until_all_arrived()

        def median_of_reads():
            times = []
            for _ in range(200):
                begin = time.perf_counter()
                self.read()
                times.append(time.perf_counter() - begin)
            return statistics.median(times)
        before = median_of_reads()
        self.receiver.process.send_signal(signal.SIGSTOP)  # takes connections, reads nothing
        during = [median_of_reads() for _ in range(3)]
        self.wait_for(lambda: self.state() == "warn")
        self.assertIn("LATE", self.evidence())
        during.append(median_of_reads())
        print(f"median of a read: {before * 1e3:.2f} ms, receiver stopped: "
              f"{', '.join(f'{each * 1e3:.2f}' for each in during)} ms")
        # Nobody waits for it: a wait would be of its timeouts, seconds. The rest is the machine.
        self.assertLess(min(during), 3 * before + 0.05)
        self.receiver.process.send_signal(signal.SIGCONT)
        self.wait_for(lambda: self.state() == "pass")
        self.wait_until_all_arrived()
        delivery = [e for e in self.exported_events() if e == "delivery"]
        self.assertGreaterEqual(len(delivery), 2)  # late, and no longer

    def exported_events(self):
        done = self.instance.command("audit", "export", "--dir", str(self.instance.directory),
                                     "--format", "jsonl")
        return [json.loads(line)["what"]["ev"] for line in done.stdout.splitlines()]

    def test_a_receiver_without_close_notify(self):
        self.receiver.start(driver="gtls")
        self.begin(alarm=4)
        self.read(5)
        # Nothing is believed to be read, and all of it comes again and again.
        self.wait_for(lambda: self.state() == "warn")
        self.assertIn("without close_notify", self.evidence())
        self.assertFalse((self.instance.directory / "syslog/default.cursor").exists())
        self.instance.stop()
        settings = self.instance.directory / "salus.toml"
        settings.write_text(settings.read_text().replace('"close_notify"', '"close"'))
        self.instance.start(PATIENCE)
        self.client = self.instance.client(self.instance.token())
        self.read(5)
        self.wait_until_all_arrived()
        self.wait_for((self.instance.directory / "syslog/default.cursor").exists)
        self.assertEqual(self.state(), "pass")

    def test_a_certificate_that_cannot_be_used_refuses_to_start(self):
        self.configure()
        (self.receiver.directory / "client.key").write_text("no key")
        done = subprocess.run([BINARY, "serve", "--dir", str(self.instance.directory)],
                              capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 1)
        self.assertIn("audit.syslog: ", done.stderr)


if __name__ == "__main__":
    unittest.main()
