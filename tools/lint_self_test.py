"""Shows that lint.py finds what it must find, also where sources share a translation unit."""

import json
import pathlib
import subprocess
import sys
import tempfile
import textwrap

LINT = pathlib.Path(__file__).resolve().parent / "lint.py"

DEREFERENCES_NULL = """
    int read_{name}(int const* from) {{
        if (from == nullptr) return *from;
        return 0;
    }}
"""
DIVIDES_INTO_DOUBLE = """
    double half_{name}(int whole) {{ return whole / 2; }}
"""
CLEAN = """
    int twice_{name}(int once) {{ return once + once; }}
"""
KEEPS_A_ROW = """
    namespace {{
    struct Row {{
        int {name} = 0;
    }};
    }}  // namespace
    int first_{name}() {{ return Row{{}}.{name}; }}
"""
# The names in it stand where lint.py does not look for them.
KEEPS_A_HIDDEN_ROW = """
    namespace {{ struct Hidden {{ int {name} = 0; }}; }}
    int first_{name}() {{ return Hidden{{}}.{name}; }}
"""
DOES_NOT_COMPILE = """
    int wrong_{name}() {{ return nothing; }}
"""


def lint(root, sources, *options):
    """(exit status, output) of a run over a tree of these sources, told as {name: text}."""
    room = root / "src" / "room"
    room.mkdir(parents=True, exist_ok=True)
    commands = []
    for name, text in sources.items():
        file = room / f"{name}.cc"
        file.write_text(textwrap.dedent(text.format(name=name)))
        commands.append({"directory": str(root), "file": str(file),
                         "command": f"clang++-19 -std=c++2b -I{root}/src -o x.o -c {file}"})
    (root / "compile_commands.json").write_text(json.dumps(commands))
    command = [sys.executable, "-B", LINT, root, "--root", root, "--jobs", "1", *options]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.returncode, result.stdout + result.stderr


def expect(case, sources, status, *words, options=(), root=None):
    with tempfile.TemporaryDirectory() as fresh:
        actual, output = lint(root or pathlib.Path(fresh), sources, *options)
    if actual != status or not all(word in output for word in words):
        sys.exit(f"{case}: status {actual}, expected {status} and {words}:\n{output}")


def main():
    expect("clean", {"a": CLEAN, "b": CLEAN}, 0, "1 units checked")
    expect("findings of both kinds in one unit",
           {"a": CLEAN, "b": DEREFERENCES_NULL, "c": DIVIDES_INTO_DOUBLE}, 1, "1 units checked",
           "src/room/b.cc:3:", "clang-analyzer-core.NullDereference",
           "src/room/c.cc:2:", "bugprone-integer-division")
    expect("one private name, twice", {"a": KEEPS_A_ROW, "b": KEEPS_A_ROW}, 0, "2 units checked")
    expect("a group that does not compile", {"a": KEEPS_A_HIDDEN_ROW, "b": KEEPS_A_HIDDEN_ROW}, 0,
           "1 units checked, 0 with findings")
    expect("findings in a group that does not compile",
           {"a": KEEPS_A_HIDDEN_ROW, "b": KEEPS_A_HIDDEN_ROW + DEREFERENCES_NULL}, 1,
           "src/room/b.cc:", "clang-analyzer-core.NullDereference")
    expect("a source that does not compile", {"a": CLEAN, "b": DOES_NOT_COMPILE}, 1,
           "src/room/b.cc:", "clang-diagnostic-error")
    expect("nothing to look at", {}, 1, "0 sources")
    expect("no time", {"a": DEREFERENCES_NULL}, 0, "note: the time did not reach 1 file(s)",
           options=("--seconds", "-1"))
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        expect("first run", {"a": CLEAN, "b": CLEAN}, 0, "0 unchanged", root=root)
        expect("second run", {"a": CLEAN, "b": CLEAN}, 0, "2 unchanged", root=root)
        expect("what changed", {"a": CLEAN, "b": DEREFERENCES_NULL}, 1, "1 unchanged", "b.cc:3:",
               root=root)
        expect("a finding is not remembered", {"a": CLEAN, "b": DEREFERENCES_NULL}, 1,
               "1 unchanged", "b.cc:3:", root=root)
    return 0


if __name__ == "__main__":
    sys.exit(main())
