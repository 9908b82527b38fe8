"""House rules that the compiler and clang-format do not check: sizes, names, words, co_await forms,
secrets. `tidy.py ROOT` checks a tree; `tidy.py --self-test` shows that each rule can fail."""

import pathlib
import re
import sys

import cplusplus
import removals

FILE_LINES_WARN = 500
FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100

SKIPPED_FOLDERS = {".git", "build", "demo", "node_modules", "__pycache__"}
CODE = {".cc", ".h", ".c"}
SCRIPTS = {".py", ".sh", ".ts", ".tsx", ".js", ".mjs", ".css", ".cmake"}
WRAPPED = CODE | {".py", ".ts", ".tsx"}  # where lines have a bound
TEXT = CODE | SCRIPTS | {".md", ".txt", ".json", ".toml", ".yaml", ".yml", ".html", ".cedar", ""}

# Functions that are longer for a reason: "file:first line's function name" -> the reason.
LONG_FUNCTIONS_ALLOWED = {}
# Files of src/ that may print: the command line, and the last words of a failed check.
PRINTING_ALLOWED = ("src/app/", "src/foundation/check.cc")

# Written in pieces so that this file does not find itself.
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
MACHINE_PATH = re.compile(r"(?:^|[^A-Za-z0-9_.])/(?:wo" + r"rk|fa" + r"rm|home/\w+|ro" + r"ot)/")
REGISTRY_HOST = re.compile(r"https?://[a-z.]*(?:deb" + r"ian|npm" + r"js)[a-z.]*/")
CONFLICT = re.compile(r"^(?:<{7} |>{7} |={7}$)")
PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE" + r" KEY-----[\s\\n\"']*[A-Za-z0-9+/]{40}", re.MULTILINE
)
CLOUD_KEY = re.compile(r"\bAK" + r"IA[0-9A-Z]{16}\b")
VAGUE_NAME = re.compile(r"\b\w*(?:Manager|Helper|Utils?)\b|\b\w*(?:_|\b)(?:utils?|helpers?)\b")
PRINTING = re.compile(r"\bstd::(?:cout|cerr|clog|puts|printf)\b|\bf?printf\s*\(|\bfmt::print\b")


def lines_matching(pattern, text, complaint):
    for number, line in enumerate(text.splitlines(), 1):
        found = pattern.search(line)
        if found:
            yield number, f"{complaint}: {found.group(0).strip()}"


def check_words(text):
    yield from lines_matching(UNFINISHED, text, "a mark of unfinished work")
    yield from lines_matching(MACHINE_PATH, text, "a path of one machine")
    yield from lines_matching(REGISTRY_HOST, text, "a package registry's host")
    yield from lines_matching(CONFLICT, text, "a merge that was not finished")


def check_secrets(text):
    for pattern, what in ((PRIVATE_KEY, "a private key"), (CLOUD_KEY, "a cloud access key")):
        found = pattern.search(text)
        if found:
            yield text.count("\n", 0, found.start()) + 1, f"{what} in the repository (KEY-4)"


def check_size(text):
    count = text.count("\n")
    if count > FILE_LINES_MAX:
        yield count, f"{count} lines; the bound is {FILE_LINES_MAX}"


def check_columns(text):
    """Addresses and raw strings, which cannot be folded, may be longer."""
    for number, line in enumerate(cplusplus.without_raw_strings(text).splitlines(), 1):
        if len(line) > COLUMNS_MAX and not re.search(r"https?://", line):
            yield number, f"{len(line)} columns; the bound is {COLUMNS_MAX}"


def check_function_lengths(path, text):
    for name, first, length in cplusplus.functions(text):
        if length > FUNCTION_LINES_MAX and f"{path}:{name}" not in LONG_FUNCTIONS_ALLOWED:
            yield first, f"{name} has {length} lines; the bound is {FUNCTION_LINES_MAX}"


def check_names(path, bare):
    for part in path.split("/"):
        if VAGUE_NAME.search(part.split(".")[0]):
            yield 1, f"a vague name: {part}"
    yield from lines_matching(VAGUE_NAME, bare, "a vague name")


def check_co_await(bare):
    for position, arguments in cplusplus.co_await_arguments(bare):
        form = None
        if "{" in arguments:
            form = "a brace"
        elif re.search(r"(?:^|[(,=]\s*)\[", arguments):
            form = "a lambda"
        elif "?" in arguments:
            form = "a conditional"
        if form:
            line = bare.count("\n", 0, position) + 1
            yield line, f"{form} in the arguments of co_await: name it first (task.h)"


def check_errc_switch(bare):
    for position, body in cplusplus.switch_bodies(bare):
        if "case Errc::" in body and re.search(r"\bdefault\s*:", body):
            yield bare.count("\n", 0, position) + 1, "`default:` in a switch over Errc (result.h)"


def check_printing(path, bare):
    if not path.startswith("src/") or path.startswith(PRINTING_ALLOWED):
        return
    if not re.search(r"_test\.(?:cc|h)$", path):
        yield from lines_matching(PRINTING, bare, "printing outside src/app")


def check_file(path, text):
    """Problems of one file as (line, text); `path` is relative, with slashes."""
    suffix = pathlib.PurePosixPath(path).suffix
    yield from check_words(text)
    yield from check_secrets(text)
    if suffix in CODE | SCRIPTS:
        yield from check_size(text)
    if suffix in WRAPPED:
        yield from check_columns(text)
    if suffix in CODE:
        bare = cplusplus.without_comments_and_strings(text)
        yield from check_function_lengths(path, bare)
        yield from check_names(path, bare)
        yield from check_co_await(bare)
        yield from check_errc_switch(bare)
        yield from check_printing(path, bare)
        yield from removals.check_removals(path, bare)


def files_of(root):
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if SKIPPED_FOLDERS & set(relative.parts) or not path.is_file() or path.is_symlink():
            continue
        if path.suffix in TEXT:
            yield relative.as_posix(), path


def check_tree(root):
    for relative, path in files_of(root):
        text = path.read_text(errors="replace")
        if path.suffix in CODE and FILE_LINES_WARN < text.count("\n") <= FILE_LINES_MAX:
            print(f"{relative}: {text.count(chr(10))} lines; is it still one thing?")
        for line, problem in check_file(relative, text):
            yield f"{relative}:{line}: {problem}"


def main():
    if sys.argv[1:] == ["--self-test"]:
        import tidy_self_test

        problems = tidy_self_test.run(check_file)
    else:
        problems = list(check_tree(pathlib.Path(sys.argv[1]).resolve()))
    for problem in problems:
        print(problem)
    print(f"tidy: {len(problems)} problem(s)")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
