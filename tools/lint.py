"""clang-tidy over the sources of a build tree, several at once, within a time.

What was clean is remembered in BUILD/lint (a hash of the source, of what it includes and of the
rules), so a second run looks only at what changed. The files that changed last come first; those
that the time does not reach are counted, not hidden.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TIDY = "clang-tidy-19"


def sources(build):
    """The product's sources; tests are compiled with all warnings, and run."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["file"])
        inside = path.is_relative_to(ROOT / "src")
        if inside and not re.search(r"_test\.(?:cc|h)$|_for_test\.h$", path.name):
            yield path


def includes(path, seen):
    """The file and every file of src/ that it includes, directly or not."""
    if path in seen or not path.is_file():
        return seen
    seen.add(path)
    for name in re.findall(r'^#include "([^"]+)"', path.read_text(errors="replace"), re.MULTILINE):
        includes(ROOT / "src" / name, seen)
    return seen


def stamp_of(path, build):
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes())
    for included in sorted(includes(path, set())):
        digest.update(included.read_bytes())
    return build / "lint" / digest.hexdigest()


def lint(path, build, deadline):
    """(path, "clean" | "remembered" | "left out" | what clang-tidy said)."""
    stamp = stamp_of(path, build)
    if stamp.exists():
        return path, "remembered"
    if time.monotonic() > deadline:
        return path, "left out"
    command = [TIDY, "--quiet", "-p", str(build), str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        # A compiler's option that clang-tidy does not know is no finding, but a failure is one.
        return path, result.stdout.strip() or result.stderr.strip()
    stamp.touch()
    return path, "clean"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--only", default="", help="sources whose path contains this")
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    (build / "lint").mkdir(exist_ok=True)
    deadline = time.monotonic() + arguments.seconds
    chosen = {path for path in sources(build) if arguments.only in str(path)}
    newest_first = sorted(chosen, key=lambda path: -path.stat().st_mtime)

    counts = {"clean": 0, "remembered": 0, "left out": 0}
    findings = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, outcome in pool.map(lambda p: lint(p, build, deadline), newest_first):
            if outcome in counts:
                counts[outcome] += 1
                continue
            findings += 1
            print(f"{path.relative_to(ROOT)}:\n{outcome}\n", flush=True)
    print(f"{findings} file(s) with findings, {counts['clean']} clean, "
          f"{counts['remembered']} unchanged since they were clean")
    if counts["left out"]:
        print(f"note: the time did not reach {counts['left out']} file(s)")
    return 1 if findings or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
