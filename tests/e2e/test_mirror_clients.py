"""Two servers and one mirror (AUD-4): the key of one server is no right to the log of the other,
whatever it sends and however it is asked."""
import http.client
import json
import ssl
import unittest

from instance import Instance
from mirrored_instance import MirroredInstance, salus, START


class MirrorClients(MirroredInstance):
    def setUp(self):
        super().setUp()
        self.other = Instance()
        self.addCleanup(self.other.remove)
        made = salus("audit", "mirror-identity", "--dir", self.other.directory)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.other_origin = made.stdout.split("origin")[1].split()[0]
        self.other.start(START)
        self.other.stop()
        self.add(self.other.directory, self.other_origin)

    def add(self, directory, origin):
        done = salus("mirror", "add-log", self.mirror.directory, "--key",
                     directory / "signer/checkpoint.pub", "--origin", origin, "--client",
                     directory / "mirror/client.crt")
        self.assertEqual(done.returncode, 0, done.stderr)

    def connect(self, directory):
        context = ssl.create_default_context(cafile=str(self.mirror.directory / "tls/ca.crt"))
        context.load_cert_chain(directory / "mirror/client.crt", directory / "mirror/client.key")
        return http.client.HTTPSConnection("127.0.0.1", self.mirror.port, context=context,
                                           timeout=20)

    def ask(self, directory, target, body):
        connection = self.connect(directory)
        connection.request("POST", target, body.encode(), {"Content-Type": "text/plain"})
        status = connection.getresponse().status
        connection.close()
        return status

    def requests_for(self, origin, checkpoint):
        root = checkpoint.splitlines()[2]
        return {"/add-entries": f"{origin}\n0\n\n\0\2{{}}",
                "/keep-entries": f"{origin}\n0\n{root}\n\n",
                "/add-checkpoint": f"old 0\n\n{checkpoint}"}

    def alarms(self):
        lines = (self.mirror.directory / "alarms").read_text().splitlines()
        return [(alarm["alarm"], alarm["log"]) for alarm in map(json.loads, lines)]

    def logs_of(self, origin):
        status = salus("mirror", "status", self.mirror.directory).stdout
        return [line for line in status.splitlines() if origin in line]

    def test_a_client_sends_its_own_log_alone(self):
        self.mirror.start()
        self.instance.start(START)
        self.fill(30)
        self.wait_for(lambda: self.published_size() >= 30, 20, "never signed")
        checkpoint = (self.directory / "audit/default/checkpoint").read_text()
        checkpoint = "\n".join(checkpoint.splitlines()[:5]) + "\n"  # without the cosignature
        before = self.logs_of(self.origin)
        self.assertEqual(len(before), 1)
        # The other server's key, a true checkpoint of this log and entries of it: 403, each way.
        for target, body in self.requests_for(self.origin, checkpoint).items():
            self.assertEqual(self.ask(self.other.directory, target, body), 403, target)
        self.assertEqual(self.alarms(), [("trespass", self.origin)])
        # And the other way round; what nobody may send is not known at all.
        for target, body in self.requests_for(self.other_origin, checkpoint.replace(
                self.origin, self.other_origin)).items():
            self.assertEqual(self.ask(self.directory, target, body), 403, target)
        self.assertEqual(self.alarms()[1:], [("trespass", self.other_origin)])
        for target, body in self.requests_for("salus/nobody/default", checkpoint.replace(
                self.origin, "salus/nobody/default")).items():
            self.assertEqual(self.ask(self.directory, target, body), 404, target)
        # Its own it may send; what it sends is judged as ever.
        for target, body in self.requests_for(self.origin, checkpoint).items():
            self.assertNotIn(self.ask(self.directory, target, body), (403, 404), target)
        # Nobody was in the other's way.
        self.fill(30)
        self.wait_for(lambda: self.published_size() >= 60, 20, "never signed")
        self.wait_for(lambda: int(self.logs_of(self.origin)[0].split(": ")[1].split()[0]) >= 60,
                      20, "the log's own client is not served")
        self.assertEqual(self.health(), 200)
        self.assertEqual(len(self.alarms()), 2)

    def test_a_list_without_logs_is_refused(self):
        """As before clients were bound: a key that could send any log."""
        file = self.mirror.directory / "clients"
        file.write_text("".join(line.split()[0] + "\n" for line in file.read_text().splitlines()))
        with self.assertRaises(AssertionError) as caught:
            self.mirror.start()
        self.assertIn("list of clients", str(caught.exception))



if __name__ == "__main__":
    unittest.main()
