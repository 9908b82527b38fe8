"""clang-tidy over the product's sources: several in one translation unit, several units at once.

Most of the work goes into headers, which every unit reads and matches anew. So sources that are
compiled alike are checked together, one after the other in BUILD/lint/groups/N.cc: as text, for
the analyzer looks only at functions of the main file. Two that would see each other's private names
do not meet in a group. A group that is not clean or does not compile is checked file by file, and
what is found then counts: the analyzer's paths depend on what stands above a function, and a
verdict must not depend on a file's neighbours.

What was clean is remembered in BUILD/lint (a hash of the source, of what it includes, of its flags
and of the rules), so a second run looks only at what changed; what changed last comes first.
`lint_self_test.py` beside this file shows that findings are found.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
RULES = TOP / ".clang-tidy"
# Larger groups save little more, and the last one to end holds up the run.
GROUP = 8
# Of processor time, however busy the machine is. A unit takes half a minute; one that does not end
# is a failure.
UNIT_SECONDS = 600

# These rely on clang-format: namespaces are not indented, and end in a comment.
UNNAMED = re.compile(r"^namespace \{$.*?^\}  // namespace$", re.MULTILINE | re.DOTALL)
DECLARED = re.compile(
    r"^(?:struct|class|union|enum class|enum|concept|using|namespace) (\w+)"
    r"|^(?=\w)(?!template|namespace|struct|class|union|enum|concept|using|static_assert)"
    r".*?(\w+) ?[=\[{(;]", re.MULTILINE)
VISIBLE_BELOW = re.compile(
    r"^(?:using (?:namespace )?[\w:]*?|namespace |#define )(\w+)(?: = |[;( ]|$)", re.MULTILINE)


def included(path, root, seen):
    """The file and every file of src/ that it includes, directly or not."""
    if path in seen or not path.is_file():
        return seen
    seen.add(path)
    for name in re.findall(r'^#include "([^"]+)"', path.read_text(errors="replace"), re.MULTILINE):
        included(root / "src" / name, root, seen)
    return seen


class Source:
    """A file of the product: its flags, the names it keeps to itself, the words it uses."""

    def __init__(self, path, command, root):
        self.path = path
        words = shlex.split(command)
        first = next(i for i, word in enumerate(words) if word.startswith("-"))
        self.flags = tuple(words[first:words.index("-o")])
        self.text = path.read_text(errors="replace")
        self.words = set(re.findall(r"\w+", self.text))
        unnamed = "\n".join(UNNAMED.findall(self.text))
        self.names = {name for names in DECLARED.findall(unnamed) for name in names if name}
        self.names |= set(VISIBLE_BELOW.findall(UNNAMED.sub("", self.text))) - {"salus"}
        digest = hashlib.sha256(RULES.read_bytes() + repr(self.flags).encode())
        for file in sorted(included(path, root, set())):
            digest.update(file.read_bytes())
        self.stamp = digest.hexdigest()

    def may_meet(self, other):
        clash = self.names & other.words or other.names & self.words
        return self.flags == other.flags and not clash


def sources(build, root):
    """The product's sources; tests are compiled with all warnings, and run."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["file"])
        if path.is_relative_to(root / "src") and not path.name.endswith("_test.cc"):
            found[path] = Source(path, entry["command"], root)
    return list(found.values())


def grouped(chosen, size):
    """Groups of at most `size`, neighbours first; those with the newest file come first."""
    groups = []
    for source in sorted(chosen, key=lambda source: source.path):
        for group in groups:
            if len(group) < size and all(source.may_meet(member) for member in group):
                group.append(source)
                break
        else:
            groups.append([source])
    return sorted(groups, key=lambda group: -max(s.path.stat().st_mtime for s in group))


def tidy(unit, flags):
    """None if the unit is clean, else what clang-tidy said."""
    command = ["prlimit", f"--cpu={UNIT_SECONDS}", "clang-tidy-19", "--quiet",
               f"--config-file={RULES}", str(unit), "--", *flags]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return None
    if result.returncode < 0:
        return f"{unit}: error: clang-tidy was ended by signal {-result.returncode}"
    return result.stdout.strip() or result.stderr.strip() or f"{unit}: error: no reason given"


def check(group, number, remembered):
    """What clang-tidy said about the sources of a group; nothing if they are clean."""
    unit = group[0].path
    if len(group) > 1:
        unit = remembered / "groups" / f"{number}.cc"
        unit.write_text("".join(source.text for source in group))
    said = tidy(unit, group[0].flags)
    if said is None:
        for source in group:
            (remembered / source.stamp).touch()
        return []
    if len(group) > 1:
        return [text for source in group for text in check([source], number, remembered)]
    return [said]


def main():
    parser = argparse.ArgumentParser(description="clang-tidy over the sources of a build tree")
    parser.add_argument("build", type=pathlib.Path, help="a configured build tree")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="units at once")
    parser.add_argument("--only", default="", help="sources whose path contains this")
    parser.add_argument("--seconds", type=float, default=float("inf"),
                        help="start nothing after this time; what is left out is no failure")
    parser.add_argument("--root", type=pathlib.Path, default=TOP, help="where src/ is")
    arguments = parser.parse_args()
    deadline = time.monotonic() + arguments.seconds
    remembered = arguments.build.resolve() / "lint"
    (remembered / "groups").mkdir(parents=True, exist_ok=True)

    chosen = [source for source in sources(arguments.build, arguments.root)
              if arguments.only in str(source.path)]
    stale = [source for source in chosen if not (remembered / source.stamp).exists()]
    groups = grouped(stale, min(GROUP, -(-len(stale) // arguments.jobs)))

    def check_in_time(number):
        return None if time.monotonic() > deadline else check(groups[number], number, remembered)

    unclean = left_out = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for group, texts in zip(groups, pool.map(check_in_time, range(len(groups)))):
            left_out += len(group) if texts is None else 0
            unclean += len(texts or [])
            for text in texts or []:
                print(text.replace(f"{arguments.root}/", ""), end="\n\n", flush=True)
    print(f"{len(chosen)} sources, {len(chosen) - len(stale)} unchanged since they were clean, "
          f"{len(groups)} units checked, {unclean} with findings")
    if left_out:
        print(f"note: the time did not reach {left_out} file(s)")
    return 1 if unclean or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
