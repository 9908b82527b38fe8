"""Compiles one case twice: as it stands, then with -DFORBIDDEN, which the compiler must refuse for
the expected reason. README.md describes the cases."""

import argparse
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile


def compile_flags(database):
    """The command with which the build compiles the ground floor, without its files."""
    for entry in json.loads(pathlib.Path(database).read_text()):
        if "/src/foundation/" not in entry["file"] or entry["file"].endswith("_test.cc"):
            continue
        words = shlex.split(entry["command"])
        if words[0].endswith("ccache"):
            words = words[1:]
        return without_files(words, entry["file"])
    raise SystemExit(f"{database}: no file of src/foundation; configure the build first")


def without_files(words, source):
    flags, position = [], 0
    while position < len(words):
        if words[position] in ("-o", "-MF", "-MT", "-MQ"):
            position += 2
            continue
        if words[position] not in ("-c", "-MD", "-MMD", source):
            flags.append(words[position])
        position += 1
    return flags


def run_compiler(flags, case, *more):
    command = [*flags, "-fsyntax-only", *more, str(case)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return result.returncode == 0, result.stderr


def expectations(case):
    return re.findall(r"^// EXPECT: (.+)$", case.read_text(), re.MULTILINE)


def problem_with(flags, case):
    """What is wrong with this case, or None."""
    expected = expectations(case)
    if not expected:
        return "has no // EXPECT: line"
    compiles, message = run_compiler(flags, case)
    if not compiles:
        return f"does not compile without FORBIDDEN:\n{message}"
    compiles, message = run_compiler(flags, case, "-DFORBIDDEN")
    if compiles:
        return "compiles with FORBIDDEN: the safeguard is gone"
    if not any(re.search(pattern, message) for pattern in expected):
        return f"is refused for another reason than {expected}:\n{message}"
    return None


SELF_TEST = {
    "accepted": "// EXPECT: error\nint x;\n",
    "broken": "// EXPECT: error\nint x\n",
    "other_reason": "// EXPECT: deleted function\n#ifdef FORBIDDEN\nint x = y;\n#endif\n",
    "no_expectation": "#ifdef FORBIDDEN\nint x = y;\n#endif\n",
}


def self_test(flags):
    """Four cases that must be reported, and one that must not."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in SELF_TEST.items():
            case = pathlib.Path(folder) / f"{name}.cc"
            case.write_text(text)
            if problem_with(flags, case) is None:
                return f"the runner does not notice: {name}"
        good = pathlib.Path(folder) / "good.cc"
        good.write_text("// EXPECT: y\n#ifdef FORBIDDEN\nint x = y;\n#endif\n")
        return problem_with(flags, good)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--compile-commands", required=True)
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("case", nargs="?", type=pathlib.Path)
    arguments = parser.parse_args()
    flags = compile_flags(arguments.compile_commands)
    problem = self_test(flags) if arguments.self_test else problem_with(flags, arguments.case)
    if problem:
        print(f"{arguments.case or 'self-test'}: {problem}")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())
