"""An instance of Salus in a temporary directory, driven as an operator and its clients would."""
import http.client
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from decimal import Decimal

HERE = pathlib.Path(__file__).resolve()
REPOSITORY = HERE.parents[2]
BINARY = os.environ.get("SALUS_BINARY", str(REPOSITORY / "build/release/salus"))
MATERIAL = pathlib.Path(os.environ.get("SALUS_MATERIAL",
                                       str(REPOSITORY.parent / "shared/material")))
FHIR_JSON = "application/fhir+json"


def material(name):
    """The folder of test data, or None with a line that says so."""
    folder = MATERIAL / name
    if folder.is_dir():
        return folder
    print(f"note: {name} is absent, so nothing was compared with it")
    return None


def exact(text):
    """JSON with numbers as they were written: 1.0 is not 1.00."""
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def wait_for(condition, seconds, what, *outputs):
    """Until the condition holds. Else the test fails with what is missing, and with the ends of
    these files."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("\n".join([what, *(one.read_text()[-3000:] for one in outputs
                                            if one.exists())]))


RESERVED = []  # sockets, for as long as this process lives


def free_port():
    """Nobody's, and ours from now on: the system gives a port that is bound to nobody who asks for
    any, also while the program that it is for has not begun or is between two starts. Programs
    that name it may listen there, since they and this socket say that they share it."""
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind(("127.0.0.1", 0))
    RESERVED.append(probe)
    return probe.getsockname()[1]


class Instance:
    environment = {}  # of the server, beside this process's own

    def __init__(self, *init_options):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="salus-e2e-"))
        self.directory = self.root / "instance"
        self.output = self.root / "server.output"
        self.port = free_port()
        self.process = None
        self.command("init", str(self.directory), "--port", str(self.port), *init_options)

    def command(self, *arguments, check=True, timeout=300):
        done = subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=timeout)
        if check and done.returncode != 0:
            raise AssertionError(f"salus {arguments[0]}: {done.returncode}: {done.stderr}")
        return done

    def start(self, seconds=30):
        with open(self.output, "ab") as output:
            self.process = subprocess.Popen([BINARY, "serve", "--dir", str(self.directory)],
                                            stdout=output, stderr=output,
                                            env=os.environ | self.environment)
        begin = time.monotonic()
        while time.monotonic() - begin < seconds:
            if self.process.poll() is not None:
                raise AssertionError("the server ended: " + self.output.read_text()[-2000:])
            try:
                client = self.client(timeout=2)
                if client.get("/health").status == 200:
                    return time.monotonic() - begin
            except OSError:
                time.sleep(0.02)
        raise AssertionError(f"the server did not answer within {seconds} s")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            return self.process.wait(timeout=30)
        return None

    def remove(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.root, ignore_errors=True)

    def token(self, *arguments):
        return self.command("token", "--dir", str(self.directory), *arguments).stdout.strip()

    def administrator(self, *scopes):
        """A client of the first administrator, with these scopes."""
        return self.client(self.token(
            "--client", "administrator", "--key",
            str(self.directory / "credentials/administrator.jwk"), "--scope", " ".join(scopes)),
            timeout=120)

    def tls(self):
        return ssl.create_default_context(cafile=str(self.directory / "tls/ca.crt"))

    def client(self, token=None, timeout=60):
        return Client(self, token, timeout)


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def json(self):
        return exact(self.body)


class Client:
    """One keep-alive connection."""

    def __init__(self, instance, token=None, timeout=60):
        self.connection = http.client.HTTPSConnection("localhost", instance.port,
                                                      context=instance.tls(), timeout=timeout)
        self.token = token

    def send(self, method, path, body=None, headers=None):
        fields = {"Accept": FHIR_JSON}
        if self.token:
            fields["Authorization"] = "Bearer " + self.token
        if body is not None:
            fields["Content-Type"] = FHIR_JSON
            if not isinstance(body, (bytes, str)):
                body = json.dumps(body)
        fields.update(headers or {})
        if isinstance(body, str):
            body = body.encode()
        self.connection.request(method, path, body, fields)
        return Answer(self.connection.getresponse())

    def get(self, path, headers=None):
        return self.send("GET", path, headers=headers)

    def post(self, path, body, headers=None):
        return self.send("POST", path, body, headers)

    def put(self, path, body, headers=None):
        return self.send("PUT", path, body, headers)

    def delete(self, path, headers=None):
        return self.send("DELETE", path, headers=headers)
