"""Where the product removes, renames or cuts files: each source that does, and what of. No path of
the product removes anything of an audit log before its retention ends (AUD-6): what removes below
audit/ is listed first, and takes a proof or touches what is no part of the log."""

import re

# Names of calls, as CALL finds them, in the sources that may have them.
ALLOWED = {
    # Below audit/.
    "src/audit/volume.cc": {"unlink", "renameat2"},  # a segment that was never finished
    "src/audit/pruning.cc": {"remove"},  # takes RecordedPruning
    "src/transparency/pruned_tiles.cc": {"remove"},  # takes RecordedPruning
    "src/audit_views/patient_index.cc": {"remove"},  # takes RecordedPruning; derived from leaves
    "src/transparency/tile_writer.cc": {"O_TRUNC", "rename", "remove_all"},  # tile.p/, when full
    "src/reconciliation/pruned_writes.cc": {"O_TRUNC", "rename"},  # N.versions, not in force
    "src/foundation/file.cc": {"O_TRUNC", "rename"},  # replaces: checkpoint, cosigned, pruned
    # Elsewhere.
    "src/app/drill.cc": {"remove_all"},  # the copy that a drill made
    "src/app/instance.cc": {"remove"},  # run/restored, run/address
    "src/app/restore.cc": {"remove_all", "rename"},  # DIR.restoring
    "src/app/seal.cc": {"remove"},  # keys/sealed, run/address
    "src/app/serve.cc": {"remove"},  # run/address
    "src/backup/repository.cc": {"O_TRUNC", "rename", "remove"},  # backups that are pruned
    "src/mirror/kept_entries.cc": {"O_TRUNC", "ftruncate", "rename"},  # what is in tiles by now
    "src/mirror/mirrored_log.cc": {"remove_all", "rename"},  # ID.new
    "src/transparency/signer_socket.cc": {"unlink"},  # the socket
}

CALL = re.compile(
    r"\bfilesystem::(remove|remove_all|rename|resize_file|copy_file|copy)\s*\("
    r"|(?<![\w.>:])(?:::)?(unlink|unlinkat|rmdir|renameat2?|ftruncate|fallocate)\s*\("
    r"|(?<![\w>:])(?:std)?::(rename)\s*\(|(?<![\w>:])::(remove|truncate)\s*\("
    r"|\b(O_TRUNC|ofstream|fopen)\b"
)
# Test programs make and remove what they like.
TEST = re.compile(r"(?:_test|_for_test|_fixture)\.(?:cc|h)$|/(?:store_directory|test_support)\.h$")


def calls_in(bare):
    """(line, name) of each, in code without comments and texts."""
    for number, line in enumerate(bare.splitlines(), 1):
        for found in CALL.finditer(line):
            yield number, next(name for name in found.groups() if name)


def check_removals(path, bare):
    if not path.startswith("src/") or TEST.search(path):
        return
    allowed = ALLOWED.get(path, set())
    seen = set()
    for number, name in calls_in(bare):
        seen.add(name)
        if name not in allowed:
            yield number, f"{name}: what removes or cuts files is listed in tests/house/removals.py"
    for name in sorted(allowed - seen):
        yield 1, f"{name} is listed in tests/house/removals.py and is not here"
