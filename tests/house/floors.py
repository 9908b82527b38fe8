"""The layering rule: a room includes foundation, itself, and the lower rooms that it may link;
never up, never across.

Reads the salus_room(...) lines of CMakeLists.txt, then every #include under src/. Libraries have
one room each. `floors.py --self-test` shows that each rule can fail.
"""

import pathlib
import re
import sys

# Which rooms may include a library's headers; every other room may not.
LIBRARY_OWNERS = {
    "openssl/": {"crypto"},
    "simdjson": {"json"},
    "sqlite3": {"sqlite"},
    "nghttp2/": {"http"},
    "re2/": {"fhir"},
    "zlib.h": {"fhir"},
    "utf8proc": {"factors"},
    "p11-kit/": {"keys"},
    "maxminddb": {"access_context"},
    "CLI/": {"app"},
    "toml++/": {"app"},
    "libpq": {"store"},
    "boost/": set(),
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
ROOM = re.compile(r"salus_room\(\s*(\w+)\s+(\d+)([^)]*)\)")


class Room:
    def __init__(self, name, floor, links):
        self.name = name
        self.floor = floor
        self.links = links


def parse_rooms(cmake):
    rooms = {}
    without_comments = re.sub(r"#.*", "", cmake)
    for name, floor, rest in ROOM.findall(without_comments):
        words = rest.split()
        links = []
        if "ROOMS" in words:
            for word in words[words.index("ROOMS") + 1 :]:
                if word.isupper():  # the next keyword
                    break
                links.append(word)
        rooms[name] = Room(name, int(floor), links)
    return rooms


def reachable(rooms, name):
    """The rooms that `name` links, directly or through others."""
    seen, waiting = set(), list(rooms[name].links)
    while waiting:
        next_room = waiting.pop()
        if next_room not in seen:
            seen.add(next_room)
            waiting += rooms[next_room].links if next_room in rooms else []
    return seen


def check_links(rooms):
    for room in rooms.values():
        for link in room.links:
            if link not in rooms:
                yield f"CMakeLists.txt: {room.name} links {link}, which is no room"
            elif rooms[link].floor >= room.floor:
                yield (
                    f"CMakeLists.txt: {room.name} (floor {room.floor}) must not link "
                    f"{link} (floor {rooms[link].floor})"
                )


def check_room_include(rooms, room, target):
    """A problem with a room's #include "target", or None."""
    other = target.split("/")[0]
    if "/" not in target:
        return f'includes "{target}": write "{room.name}/{target}"'
    if other not in rooms:
        return f'includes "{target}", which is in no room of CMakeLists.txt'
    if other in (room.name, "foundation"):
        return None
    if rooms[other].floor >= room.floor:
        return (
            f"{room.name} (floor {room.floor}) must not include "
            f"{other} (floor {rooms[other].floor})"
        )
    if other not in reachable(rooms, room.name):
        return f"{room.name} includes {other}, which CMakeLists.txt does not name for it"
    return None


def check_library_include(room, target):
    for prefix, owners in LIBRARY_OWNERS.items():
        if target.startswith(prefix) and room.name not in owners:
            owner = " or ".join(sorted(owners)) or "no room"
            return f"<{target}> belongs to {owner}, not to {room.name}"
    return None


def check_source(rooms, room_name, text):
    """Problems of one file's includes, as texts."""
    if room_name not in rooms:
        yield f"src/{room_name} is no room of CMakeLists.txt"
        return
    room = rooms[room_name]
    for bracket, target in INCLUDE.findall(text):
        problem = (
            check_room_include(rooms, room, target)
            if bracket == '"'
            else check_library_include(room, target)
        )
        if problem:
            yield problem


def check_tree(root):
    rooms = parse_rooms((root / "CMakeLists.txt").read_text())
    if "foundation" not in rooms:
        yield "CMakeLists.txt: found no salus_room(foundation ...): cannot check anything"
        return
    yield from check_links(rooms)
    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in (".h", ".cc", ".c"):
            continue
        relative = path.relative_to(root)
        for problem in check_source(rooms, relative.parts[1], path.read_text(errors="replace")):
            yield f"{relative}: {problem}"


SELF_TEST_ROOMS = """
# salus_room(ghost 1)
salus_room(foundation 0)
salus_room(crypto 1 LINK OpenSSL::SSL)
salus_room(json 1)
salus_room(http 2 ROOMS crypto GENERATED ${FILES} LINK X)
salus_room(audit 2 ROOMS crypto json)
salus_room(request 3 ROOMS http
                   audit)
"""


def self_test():
    rooms = parse_rooms(SELF_TEST_ROOMS)
    bad = [
        ("crypto", '#include "http/message.h"'),  # up
        ("http", '#include "audit/log.h"'),  # across
        ("http", '#include "json/document.h"'),  # lower, but not named
        ("http", '#include "message.h"'),  # not by its full name
        ("http", '#include "nowhere/x.h"'),
        ("http", "#include <openssl/ssl.h>"),
        ("audit", "  #  include <simdjson.h>"),
        ("crypto", "#include <boost/asio.hpp>"),
        ("ghost", '#include "foundation/bytes.h"'),
    ]
    good = [
        ("crypto", '#include <openssl/ssl.h>\n#include "foundation/bytes.h"'),
        ("http", '#include "crypto/tls.h"\n#include "http/message.h"\n#include <vector>'),
        ("request", '#include "json/document.h"'),  # through audit
    ]
    wrong = [f"accepted: {s}" for r, s in bad if not list(check_source(rooms, r, s))]
    wrong += [f"refused: {s}" for r, s in good if list(check_source(rooms, r, s))]
    upward = parse_rooms("salus_room(foundation 0 ROOMS http)\nsalus_room(http 2)")
    if not list(check_links(upward)):
        wrong.append("accepted an upward link in CMakeLists.txt")
    return wrong


def main():
    if sys.argv[1:] == ["--self-test"]:
        problems = self_test()
    else:
        problems = list(check_tree(pathlib.Path(sys.argv[1]).resolve()))
    for problem in problems:
        print(problem)
    print(f"floors: {len(problems)} problem(s)")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
