"""People with browsers and apps, as the sign-in pages and the endpoints for apps must serve them:
a browser without script that keeps cookies and sends forms by the names of their fields, and a
public app with PKCE."""
import base64
import hashlib
import hmac
import html
import http.client
import json
import re
import secrets
import struct
import time
import urllib.parse

FORM = "application/x-www-form-urlencoded"
PASSWORD = "correct horse battery staple of today"
CALLBACK = "https://app.example/callback"


def one_time_password(secret, steps=0):
    """RFC 6238, of this moment or of a later step."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + steps), hashlib.sha1).digest()
    number = struct.unpack(">I", mac[mac[-1] & 15:][:4])[0] & 0x7fffffff
    return f"{number % 1_000_000:06}"


def attributes(tag):
    return {name: html.unescape(value) for name, value in re.findall(r'([a-z-]+)="([^"]*)"', tag)}


class Browser:
    def __init__(self, instance):
        self.instance = instance
        self.origin = f"https://localhost:{instance.port}"
        self.cookies = {}
        self.page = ""
        self.status = 0

    def go(self, url, body=None):
        """The address of another server that it was sent to, or None at a page of this one."""
        for _ in range(10):
            target = urllib.parse.urljoin(self.origin, url)
            if not target.startswith(self.origin + "/"):
                return target
            headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
            if body is not None:
                headers |= {"Content-Type": FORM, "Origin": self.origin,
                            "Sec-Fetch-Site": "same-origin"}
            connection = http.client.HTTPSConnection("localhost", self.instance.port,
                                                     context=self.instance.tls(), timeout=60)
            connection.request("GET" if body is None else "POST", target[len(self.origin):], body,
                               headers)
            response = connection.getresponse()
            self.remember(response.headers.get_all("Set-Cookie") or [])
            self.status = response.status
            self.page = response.read().decode()
            connection.close()
            if response.status != 303:
                return None
            url, body = response.headers["Location"], None
        raise AssertionError("it goes round in circles")

    def remember(self, lines):
        for line in lines:
            name, _, value = line.split(";")[0].partition("=")
            if "Max-Age=0" in line:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value

    def send(self, action, **fields):
        for tag, content in re.findall(r"<form([^>]*)>(.*?)</form>", self.page, re.DOTALL):
            address = attributes(tag)["action"]  # absolute in pages of signing in and of accounts
            if not address.split("?")[0].endswith(action):
                continue
            given = {}
            for field in re.findall(r"<input([^>]*)>", content):
                found = attributes(field)
                unchecked = found.get("type") == "checkbox" and not re.search(r"\schecked", field)
                if found.get("name") and not unchecked:
                    given[found["name"]] = found.get("value", "")
            given |= {name.replace("_", "-"): value for name, value in fields.items()}
            return self.go(address, urllib.parse.urlencode(given))
        raise AssertionError(f"no form for {action} ({self.status}): {self.page[-2000:]}")


class Person:
    """Added by the administrator, enrolled with a password and one-time passwords, signed in."""

    def __init__(self, instance, name, *options, scope="user/*.cruds", purpose="TREAT"):
        self.name = name
        added = instance.command("user", "add", "--dir", str(instance.directory), name, "--scope",
                                 scope, "--purpose", purpose, *options)
        code = re.search(r"^\s+([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})$", added.stdout, re.MULTILINE)
        enrols = Browser(instance)
        enrols.go("/sign-in/code")
        enrols.send("/sign-in/code", username=name, code=code.group(1))
        enrols.go("/account/password")
        enrols.send("/account/password", password=PASSWORD, password_again=PASSWORD)
        enrols.go("/account/one-time-password")
        secret = re.search(r"secret=([A-Z2-7]+)", enrols.page).group(1)
        enrols.send("/account/one-time-password", code=one_time_password(secret))
        assert enrols.status == 200, enrols.page
        self.browser = Browser(instance)
        self.browser.go("/sign-in")
        self.browser.send("/sign-in/password", username=name, password=PASSWORD)
        self.browser.send("/sign-in/one-time-password", code=one_time_password(secret, 1))
        assert self.browser.status == 200, self.browser.page


def claims_of(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


class App:
    """A public client that is registered with these options of `salus client add`."""

    def __init__(self, instance, name, *options, scope="openid offline_access user/Patient.rs",
                 purpose="TREAT"):
        self.instance = instance
        self.name = name
        self.scope = scope
        instance.command("client", "add", "--dir", str(instance.directory), name, "--scope", scope,
                         "--purpose", purpose, "--redirect-uri", CALLBACK, "--public", *options)

    def request(self, browser, verifier):
        """What it asks the authorization endpoint for."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        return {"response_type": "code", "client_id": self.name, "redirect_uri": CALLBACK,
                "scope": self.scope, "state": secrets.token_urlsafe(8),
                "nonce": secrets.token_urlsafe(8), "aud": browser.origin + "/fhir",
                "prompt": "consent", "code_challenge": challenge.rstrip(b"=").decode(),
                "code_challenge_method": "S256"}

    def redeem(self, code, verifier):
        answer = self.ask({"grant_type": "authorization_code", "client_id": self.name, "code": code,
                           "redirect_uri": CALLBACK, "code_verifier": verifier})
        assert answer.status == 200, answer.body
        return answer.json()

    def tokens(self, browser):
        """What it gets when the person at the browser allows all that it asks for."""
        verifier = secrets.token_urlsafe(48)
        asked = self.request(browser, verifier)
        assert browser.go("/oauth/authorize?" + urllib.parse.urlencode(asked)) is None
        landed = browser.send("/sign-in/consent", decision="allow")
        answer = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(landed).query))
        assert answer["state"] == asked["state"], landed
        return self.redeem(answer["code"], verifier)

    def ask(self, form):
        return self.instance.client().post("/oauth/token", urllib.parse.urlencode(form),
                                           {"Content-Type": FORM})
