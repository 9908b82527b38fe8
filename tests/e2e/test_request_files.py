"""Every request of another server's collection (material/ms-fhir-server-requests/http), sent as its
files say, by callers with the scopes that they ask for. request_files.txt holds what is answered:
R4 decides it, or our rules, and then the reason stands beside it. A request without a row fails."""
import collections
import pathlib
import re
import secrets
import unittest
import urllib.parse

from instance import Instance, material
from people import App, Person
from request_files import Filling, Reading

TABLE = pathlib.Path(__file__).with_name("request_files.txt")
BROAD = "system/*.cruds admin/population.read"
SERVICE = "system/*.cruds"
LAUNCHER = "admin/launch.write"
PATIENTS = {"smart-patient-A", "smartUserClient"}  # clients of theirs, named by their patients


def table(path):
    """{file: {line: (method, status, content, reason)}}, and reasons by their words."""
    reasons, rows, rest = {}, {}, None
    for line in path.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        if named := re.match(r"^\[(.+)\]$", line):
            rest = rows.setdefault(named[1], {})
        elif rest is None:
            word, _, text = line.partition(": ")
            reasons[word] = (reasons.get(word, "") + " " + text).strip()
        else:
            number, method, status, *more = line.split()
            content = more.pop(0) if more and more[0][0] in "=+" else ""
            rest[int(number)] = (method, int(status), content, more[0] if more else None)
    return rows, reasons


def content_of(body):
    """How many entries a searchset has, or which statuses the entries of a batch have."""
    if not isinstance(body, dict) or body.get("resourceType") != "Bundle":
        return ""
    if body["type"] == "searchset":
        return f"={len(body.get('entry', []))}"
    if not body["type"].endswith("-response"):
        return ""
    counts = collections.Counter(each["response"]["status"].split()[0] for each in body["entry"])
    return "+" + ",".join(f"{number}x{status}" for status, number in sorted(counts.items()))


class Callers:
    """Tokens with the scopes that the collection asks its own server for."""

    def __init__(self, instance):
        self.instance = instance
        self.browser = self.app = None
        self.kept = {}

    def service(self, name, scope):
        """A token of a service that is registered with the scope when it is first asked for."""
        key = self.instance.root / (name + ".jwk")
        if not key.exists():
            self.instance.command("client", "add", "--dir", str(self.instance.directory), name,
                                  "--scope", scope, "--purpose", "TREAT", "--new-key", str(key))
        return self.instance.token("--client", name, "--key", str(key), "--scope", scope)

    def launched(self, patient, scope):
        """An app that was granted these scopes and opened with this patient."""
        self.instance.client(self.service("service", SERVICE)).put(
            f"/fhir/Patient/{patient}", {"resourceType": "Patient", "id": patient},
            {"If-None-Match": "*"})
        if self.browser is None:
            self.browser = Person(self.instance, "ada", "--fhir-user", "Practitioner/p1",
                                  scope="patient/*.cruds").browser
            self.app = App(self.instance, "chart", scope="openid launch patient/*.cruds",
                           purpose="TREAT")
        opened = self.instance.client(self.service("ehr", LAUNCHER)).post(
            "/oauth/launch", {"client_id": "chart", "patient": patient, "user": "ada"},
            {"Content-Type": "application/json"})
        assert opened.status == 201, opened.body
        self.app.scope = "openid launch " + scope
        verifier = secrets.token_urlsafe(48)
        asked = self.app.request(self.browser, verifier) | {"launch": opened.json()["launch"]}
        landed = self.browser.go("/oauth/authorize?" + urllib.parse.urlencode(asked))
        landed = landed or self.browser.send("/sign-in/consent", decision="allow")
        answer = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(landed).query))
        if "code" not in answer:
            return "refused"  # none of these scopes
        return self.app.redeem(answer["code"], verifier)["access_token"]

    def token(self, form):
        asked = {name: value[0] for name, value in urllib.parse.parse_qs(form).items()}
        client, scope = asked["client_id"], asked["scope"]
        if (client, scope) not in self.kept:
            self.kept[client, scope] = self.made(client, scope)
        return self.kept[client, scope]

    def made(self, client, scope):
        scopes = [each.replace(".*", ".cruds").replace(".read", ".rs").replace(".write", ".cud")
                  .replace(".search", ".s").replace(".create", ".c").replace(".update", ".u")
                  .replace(".delete", ".d") for each in scope.split() if "/" in each]
        own = [each for each in scopes if each.startswith("patient/")]
        if client in PATIENTS and own:
            return self.launched(client, " ".join(own))
        if any(each.startswith("user/") for each in scopes):
            return self.service("service", SERVICE)
        return self.service("broad", BROAD)


class Sender:
    """The requests of one file, in their order."""

    def __init__(self, instance, callers, path):
        self.instance = instance
        self.callers = callers
        self.file = Reading(path).run()
        self.filling = Filling(self.file.variables)
        self.client = instance.client()

    def send(self, request):
        """The status and what content_of() says."""
        path = self.filling.path(request.address)
        headers = {name: self.filling.fill(value) for name, value in request.headers.items()}
        body = self.filling.fill(request.body).encode()
        answer = self.client.send(request.method, path, body or None, headers)
        content = self.content(answer)
        if path.endswith("/connect/token"):  # ours is asked in another way
            content = {"access_token": self.callers.token(request.body.replace("\n", ""))}
        if request.name:
            self.filling.answers[request.name] = (answer.headers, content)
        return answer.status, content_of(content)

    @staticmethod
    def content(answer):
        try:
            return answer.json()
        except ValueError:
            return {}


def permit_population(instance):
    file = instance.directory / "salus.toml"
    text = file.read_text()
    assert "[policy.TREAT]\n" in text
    file.write_text(text.replace("[policy.TREAT]\n", "[policy.TREAT]\npopulation = true\n"))


class Files(unittest.TestCase):
    maxDiff = None

    def files(self):
        folder = material("ms-fhir-server-requests")
        return sorted((folder / "http").glob("*.http")) if folder else []

    def test_each_request_is_answered_as_its_row_says(self):
        files = self.files()
        rows, reasons = table(TABLE)
        for path in files:
            instance = Instance()
            try:
                self.answered(instance, path, rows.pop(path.name, {}), reasons)
            finally:
                instance.remove()
        if files:
            self.assertEqual(rows, {}, "rows of no file")

    def answered(self, instance, path, rows, reasons):
        permit_population(instance)
        instance.start()
        sender = Sender(instance, Callers(instance), path)
        for request in sender.file.requests:
            place = f"{path.name}:{request.line}"
            with self.subTest(place):
                self.assertIn(request.line, rows, "no row has this request")
                method, status, content, reason = rows.pop(request.line)
                self.assertEqual(request.method, method)
                self.assertIn(reason, [None, *reasons])
                self.assertEqual(sender.send(request), (status, content))
        self.assertEqual(rows, {}, "rows of no request")


if __name__ == "__main__":
    unittest.main()
