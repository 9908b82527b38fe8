"""A temporary instance of Salus, and nginx beside it with the same certificate."""

import http.client
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import time

from accounting import cpu_seconds

ROOT = pathlib.Path(__file__).resolve().parent.parent
SALUS = ROOT / "build" / "release" / "salus"
ENGINE = ROOT / "build" / "release" / "fhir_engine_bench"
START_SECONDS = 60
SETTLED_SECONDS = 0.5
SETTLED_SHARE = 0.05  # of a processor
RECONCILED = b'"event":"audit.reconciled"'


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def build():
    programs = ["salus", "fhir_engine_bench"]
    for command in (
        ["cmake", "--preset", "release"],
        ["ninja", "-C", "build/release", *programs],
    ):
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


class Instance:
    def __init__(self, directory, program=SALUS):
        self.directory = directory
        self._program = program
        self.port = free_port()
        self._server = None
        self.run("init", directory, "--port", self.port)

    def run(self, *arguments):
        command = [str(argument) for argument in (self._program, *arguments)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def start(self):
        """Seconds from exec until GET /health answers and the command line finds the server."""
        begun = time.monotonic()
        log = self._log.open("ab")
        self._started_at = log.tell()
        command = [str(self._program), "serve", "--dir", str(self.directory)]
        self._server = subprocess.Popen(command, stdout=log, stderr=log)
        while time.monotonic() - begun < START_SECONDS:
            if self._server.poll() is not None:
                raise RuntimeError(f"the server ended; see {log.name}")
            try:
                connection = self.connection()
                status, _ = self.ask(connection, "GET", "/health")
                # The address is written last; without it `salus token` does not find the server.
                if status == 200 and (self.directory / "run" / "address").exists():
                    return time.monotonic() - begun
            except OSError:
                pass
            time.sleep(0.002)
        raise RuntimeError("the server does not answer")

    def stop(self):
        if self._server and self._server.poll() is None:
            self._server.send_signal(signal.SIGTERM)
            self._server.wait(timeout=START_SECONDS)

    def settle(self):
        """Until what a start does in the background is done: it waits for the disk in between."""
        until = time.monotonic() + START_SECONDS
        while RECONCILED not in self._log.read_bytes()[self._started_at :]:
            if time.monotonic() > until:
                raise RuntimeError("the server does not end its reconciliation")
            time.sleep(0.05)
        while time.monotonic() < until:
            before = cpu_seconds(self.pids)
            time.sleep(SETTLED_SECONDS)
            if cpu_seconds(self.pids) - before < SETTLED_SECONDS * SETTLED_SHARE:
                return
        raise RuntimeError("the server does not come to rest")

    @property
    def _log(self):
        return self.directory / "log" / "server.log"

    @property
    def pids(self):
        return [self._server.pid]

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"

    @property
    def certificate(self):
        return self.directory / "tls" / "server.crt", self.directory / "tls" / "server.key"

    def token(self):
        return self.run("token", "--dir", self.directory)

    def connection(self):
        context = ssl.create_default_context(cafile=self.directory / "tls" / "ca.crt")
        return http.client.HTTPSConnection("localhost", self.port, context=context, timeout=300)

    @staticmethod
    def ask(connection, method, path, token=None, body=None):
        """(status, bytes of the answer)."""
        headers = {"Content-Type": "application/fhir+json"} if body else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def expect(self, method, path, body=None, connection=None):
        """The JSON of an answer that must be a success."""
        status, answer = self.ask(
            connection or self.connection(), method, path, self.token(), body
        )
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {answer[:300]!r}")
        return json.loads(answer) if answer else None


NGINX_CONFIGURATION = """
daemon off;
{user}
worker_processes 2;
pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  default_type application/fhir+json;
  sendfile on;
  tcp_nopush on;
  open_file_cache max=16;
  keepalive_requests 1000000000;
  keepalive_timeout 300s;
  server {{
    listen 127.0.0.1:{port} ssl http2;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    ssl_protocols TLSv1.3;
    root {directory}/files;
  }}
}}
"""


class Nginx:
    """Serves one static file: what answering costs when nothing is asked of the answer."""

    def __init__(self, directory, certificate, contents):
        self.port = free_port()
        (directory / "files").mkdir(parents=True)
        (directory / "files" / "resource").write_bytes(contents)
        configuration = directory / "nginx.conf"
        configuration.write_text(
            NGINX_CONFIGURATION.format(
                user="user root;" if os.geteuid() == 0 else "",
                directory=directory,
                port=self.port,
                certificate=certificate[0],
                key=certificate[1],
            )
        )
        self._server = subprocess.Popen(
            ["nginx", "-c", str(configuration), "-p", str(directory)], stderr=subprocess.DEVNULL
        )
        begun = time.monotonic()
        while time.monotonic() - begun < START_SECONDS:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.01)
        raise RuntimeError("nginx does not answer")

    def stop(self):
        if self._server.poll() is None:
            self._server.terminate()
            self._server.wait(timeout=START_SECONDS)

    @property
    def pids(self):
        children = pathlib.Path(f"/proc/{self._server.pid}/task/{self._server.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"
