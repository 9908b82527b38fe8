"""Files of the REST client of VS Code: requests parted by ###, variables (@name = value), comments,
bodies from files (< path), and names (# @name x) by which later requests use an answer."""
import dataclasses
import re
import urllib.parse

BEGIN = re.compile(r"^(?:(GET|HEAD|POST|PUT|PATCH|DELETE)\s+)?((?:https?://|\{\{)\S.*?)"
                   r"(?:\s+HTTP/1\.1)?$")
NAME = re.compile(r"^(?:#|//)\s*@name\s+(\S+)")
VARIABLE = re.compile(r"^@(\w+)\s*=\s*(.*)$")
USE = re.compile(r"\{\{([^}]+)\}\}")
STEP = re.compile(r"(\w+)|\[(\d+)\]")


@dataclasses.dataclass
class Request:
    line: int  # where its method stands
    name: str
    method: str
    address: str
    headers: dict
    body: str


def is_comment(line):
    return line.startswith(("#", "//"))


class Reading:
    """One file, line by line."""

    def __init__(self, path):
        self.folder = path.parent
        self.lines = path.read_text(encoding="utf-8-sig").splitlines()
        self.variables = {}
        self.requests = []
        self.name = ""
        self.at = 0

    def run(self):
        while self.at < len(self.lines):
            line = self.lines[self.at].strip()
            begin = BEGIN.match(line)
            if begin:
                self.request(begin[1] or "GET", begin[2])
                continue
            if named := NAME.match(line):
                self.name = named[1]
            elif variable := VARIABLE.match(line):
                self.variables[variable[1]] = variable[2].strip()
            self.at += 1
        return self

    def request(self, method, address):
        made = Request(self.at + 1, self.name, method, address, {}, "")
        self.name = ""
        self.at += 1
        while self.at < len(self.lines) and self.lines[self.at].strip():
            line = self.lines[self.at].strip()
            if BEGIN.match(line) or line.startswith("###"):
                break
            if line.startswith(("?", "&")):
                made.address += line
            elif not is_comment(line):
                name, _, value = line.partition(":")
                made.headers[name.strip().title()] = value.strip()
            self.at += 1
        made.body = self.body()
        self.requests.append(made)

    def body(self):
        """Up to the next separator, or the next request where its separator is missing."""
        begin = self.at
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line.startswith(("###", "@")) or BEGIN.match(line) or NAME.match(line):
                break
            self.at += 1
        kept = [line for line in self.lines[begin:self.at] if not is_comment(line)]
        text = "\n".join(kept).strip()
        if text.startswith("< "):
            file = self.folder / text[2:].strip().replace("\\", "/")
            return file.read_text(encoding="utf-8-sig")
        return text


def inside(value, path):
    """What stands at `entry[2].resource.id` of a JSON value."""
    for member, index in STEP.findall(path):
        value = value[member] if member else value[int(index)]
    return value


class Filling:
    """Variables, and answers by the names of their requests."""

    def __init__(self, variables):
        self.variables = variables
        self.answers = {}  # name: (headers, JSON)

    def fill(self, text, depth=4):
        if depth == 0:
            raise ValueError("variables that mean each other")
        return USE.sub(lambda use: self.fill(self.value(use[1].strip()), depth - 1), text)

    def value(self, use):
        if use in self.variables:
            return self.variables[use]
        name, _, path = use.partition(".response.")
        headers, body = self.answers.get(name, ({}, {}))
        kind, _, rest = path.partition(".")
        try:
            return str(headers[rest] if kind == "headers" else inside(body, rest))
        except (KeyError, IndexError, TypeError):
            return ""  # that request was refused: what follows from it has nothing to name

    def path(self, address):
        """The path and query, below /fhir: their server has its base at the root."""
        filled = self.fill(address)
        if "://" not in filled:
            filled = "https://" + filled
        parts = urllib.parse.urlsplit(filled)
        path = urllib.parse.quote(parts.path, safe="/$*%:!'(),;@&=+~") or ""
        query = urllib.parse.quote(parts.query, safe="/$*%:!'(),;@&=+~?|<>")
        query = query.replace("|", "%7C").replace("<", "%3C").replace(">", "%3E")
        if not path.startswith(("/fhir", "/connect/")):
            path = "/fhir" + path
        return path + ("?" + query if parts.query else "")
