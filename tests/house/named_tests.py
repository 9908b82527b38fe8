"""Documents that say which test checks what name tests that exist, and the table of attacks has
each number of its list.

A name stands between backticks: `Suite.Test`, `Suite.*` or `Suite.Begi…` of a unit test;
`e2e.file` or `e2e.file.test_name`; `outside.name`, `house.name`, `compile_fail.name`. What has
another form is no name of a test. `named_tests.py --self-test` shows that each rule can fail.
"""

import fnmatch
import pathlib
import re
import sys

ATTACKS = "docs/handbook/attacks.md"
DOCUMENTS = (ATTACKS, "docs/handbook/smart-requirements.md", "docs/handbook/controls.md")
# Of each letter the numbers from 1: tokens, flow, refreshing, sender, authentication, policy, SCIM.
NUMBERS = {"T": 14, "F": 16, "R": 8, "S": 38, "N": 7, "P": 27, "M": 6}
NOT_OFFERED = "not offered"

UNIT = re.compile(r"^\s*(?:TEST|TEST_F|TEST_P|TYPED_TEST)\(\s*(\w+),\s*(\w+)", re.MULTILINE)
ROOMS = ("e2e", "outside", "house", "compile_fail")
NAME = re.compile(rf"`((?:[A-Z]\w*(?=\.[A-Z*…])|{'|'.join(ROOMS)})\.[\w*…]+(?:\.\w+)?)`")
FILE = re.compile(r"\.(?:cc|h|py|md|mjs|toml)$")
NUMBER = re.compile(r"\b([A-Z])([0-9]+)(?:–[A-Z]?([0-9]+))?")


def unit_tests(root):
    found = set()
    for path in root.glob("src/**/*_test.cc"):
        found |= {".".join(names) for names in UNIT.findall(path.read_text())}
    return found


class Tests:
    def __init__(self, root):
        self.root = root
        self.unit = unit_tests(root)

    def has(self, name):
        room, _, rest = name.partition(".")
        if room == "e2e":
            file, _, method = rest.partition(".")
            path = self.root / f"tests/e2e/test_{file}.py"
            return path.is_file() and (not method or f"def {method}(" in path.read_text())
        if room in ("outside", "house"):
            return any((self.root / f"tests/{room}").glob(rest + ".*")) or \
                (self.root / f"tests/{room}/{rest}").is_dir()
        if room == "compile_fail":
            return any((self.root / "tests/compile_fail").glob(rest + ".cc"))
        return any(fnmatch.filter(self.unit, name.replace("…", "*")))


def unknown_names(tests, document, text):
    for line, content in enumerate(text.splitlines(), 1):
        for name in NAME.findall(content):
            if not FILE.search(name) and not tests.has(name):
                yield f"{document}:{line}: there is no test {name}"


def numbers_of(cell):
    for letter, first, last in NUMBER.findall(cell):
        for number in range(int(first), int(last or first) + 1):
            yield f"{letter}{number}"


def attack_rows(text):
    """Number, attack, expected result, tests."""
    for line, content in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in content.strip().strip("|").split("|")]
        if content.startswith("|") and len(cells) == 4 and NUMBER.match(cells[0]):
            yield line, cells


def check_attacks(text):
    seen = {}
    for line, (numbers, _, _, named) in attack_rows(text):
        if not NAME.search(named) and NOT_OFFERED not in named:
            yield f"{ATTACKS}:{line}: names no test, and does not say that it is {NOT_OFFERED}"
        for number in numbers_of(numbers):
            if number in seen:
                yield f"{ATTACKS}:{line}: {number} stands in line {seen[number]}, too"
            seen[number] = line
    wanted = [f"{letter}{number}" for letter, last in NUMBERS.items()
              for number in range(1, last + 1)]
    yield from (f"{ATTACKS}: {number} is missing" for number in wanted if number not in seen)
    yield from (f"{ATTACKS}:{line}: no attack is called {number}"
                for number, line in seen.items() if number not in wanted)


def check_tree(root):
    tests = Tests(root)
    for document in DOCUMENTS:
        yield from unknown_names(tests, document, (root / document).read_text())
    yield from check_attacks((root / ATTACKS).read_text())


def self_test(root):
    tests = Tests(root)
    good = "`ProofMemoryTest.AProofCountsOnce`, `ProofMemoryTest.AProof…`, `DpopTest.*`, " \
        "`e2e.tokens`, `e2e.tokens.test_tenants_are_apart`, `house.floors`, `src/a/b_test.cc`, " \
        "`outside.verify_audit_log`, `compile_fail.*`, `salus.toml`"
    assert not list(unknown_names(tests, "x", good)), list(unknown_names(tests, "x", good))
    for bad in ("ProofMemoryTest.AProofCountsTwice", "ProofMemoryTest.Bproof…", "NoSuchTest.*",
                "e2e.nothing", "e2e.tokens.test_nothing", "house.nothing", "outside.nothing",
                "compile_fail.nothing"):
        assert len(list(unknown_names(tests, "x", f"a `{bad}` b"))) == 1, bad
    text = (root / ATTACKS).read_text()
    lines = text.splitlines()
    rows = list(attack_rows(text))
    first = rows[0][0] - 1
    for change, complaint in (
            (lines[:first] + lines[first + 1:], "is missing"),
            (lines + [lines[first]], "too"),
            (lines + ["| T99 | a | b | `DpopTest.*` |"], "no attack is called T99"),
            (lines[:first] + ["| T1 | a | b | nothing |"] + lines[first + 1:], "names no test")):
        found = list(check_attacks("\n".join(change)))
        assert any(complaint in each for each in found), (complaint, found)
    print("named_tests: each rule can fail")


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    if "--self-test" in sys.argv:
        return self_test(root)
    problems = list(check_tree(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else root))
    print("\n".join(problems + [f"named_tests: {len(problems)} problem(s)"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
