"""Wrong guesses at sign-in pages, for tests of what their answers tell: from many places, so that
no guess is delayed (foundation/factor_limits.h: five in a row of a name, and of a network)."""
import http.client
import json
import re
import ssl
import time
import urllib.parse

GUESSES_OF_A_NAME = 4
SCOPE = "admin/users.write"
FORM = "application/x-www-form-urlencoded"


def loopback(number):
    """Another address of this machine's for each number; the server counts each by itself."""
    return f"127.{1 + number // 62500}.{number // 250 % 250}.{1 + number % 250}"


class Browser:
    """One connection from an address, with the cookies of one browser."""

    def __init__(self, instance, address, tls: ssl.SSLContext):
        self.connection = http.client.HTTPSConnection(
            "localhost", instance.port, context=tls, timeout=300, source_address=(address, 0))
        self.cookies = {}
        self.token = ""

    def send(self, method, path, form=None):
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if form is not None:
            body = urllib.parse.urlencode({"token": self.token, **form})
            headers["Content-Type"] = FORM
        begin = time.monotonic()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        page = answer.read()
        took = time.monotonic() - begin
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, value = cookie.split(";")[0].split("=", 1)
            self.cookies[name] = value
        return took, answer, page

    def open(self, path):
        page = self.send("GET", path)[2]
        self.token = re.search(rb'name="token" value="([^"]+)"', page).group(1).decode()
        return self

    def guess(self, path, form):
        """The time of the answer, and what a client sees of it but for this browser's token."""
        took, answer, page = self.send("POST", path, form)
        kept = {name.lower() for name in answer.headers} - {"date"}
        return took, (answer.status, page.replace(self.token.encode(), b""), frozenset(kept))

    def close(self):
        self.connection.close()


def add_user(administrator, name):
    """The code that this user enrols with."""
    user = {"user_name": name, "display_name": "A. Person", "scope": "user/*.rs",
            "purposes": ["TREAT"]}
    answer = administrator.send("POST", "/admin/users", json.dumps(user),
                                {"Content-Type": "application/json"})
    assert answer.status == 201, (answer.status, answer.body)
    return re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", answer.body.decode()).group(0)


def set_password(browser, name, code, password):
    browser.open("/sign-in/code")
    _, answer, _ = browser.send("POST", "/sign-in/code", {"username": name, "code": code})
    assert answer.status == 303, answer.status
    browser.open("/account/password")
    form = {"password": password, "password-again": password}
    _, answer, page = browser.send("POST", "/account/password", form)
    assert answer.status in (200, 303), (answer.status, page)
