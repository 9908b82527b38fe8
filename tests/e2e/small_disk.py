"""A disk of a few MiB for a test, that can be filled: a file system in memory, mounted where this
process and what it starts see it and nobody else does."""
import errno
import os
import pathlib
import subprocess
import sys
import tempfile
import time


def enter_or_leave():
    """Continues this program with mounts of its own; where that is forbidden, ends it."""
    if os.environ.get("SALUS_OWN_MOUNTS"):
        return
    own = ["unshare", "--mount", "--propagation", "private"]
    try:
        if subprocess.run([*own, "true"], capture_output=True).returncode == 0:
            os.environ["SALUS_OWN_MOUNTS"] = "1"
            os.execvp(own[0], [*own, sys.executable, "-B", "-W", "ignore", *sys.argv])
    except FileNotFoundError:
        pass
    print("note: not run: mounting a small file system is not permitted here")
    sys.exit(0)


class FailingDisk:
    """Like SmallDisk, on ext4, and made read-only under whoever has files open, as the kernel does
    after an error of the device."""

    def __init__(self, mebibytes):
        self.image = pathlib.Path(tempfile.mkstemp(prefix="salus-failing-disk-")[1])
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="salus-failing-disk-"))
        with self.image.open("r+b") as file:
            file.truncate(mebibytes << 20)
        subprocess.run(["mkfs.ext4", "-q", str(self.image)], check=True)
        self.mount()
        self.former = tempfile.tempdir
        tempfile.tempdir = str(self.path)

    def mount(self):
        subprocess.run(["mount", "-o", "loop", str(self.image), str(self.path)], check=True)

    def fail(self):
        subprocess.run(["mount", "-o", "remount,abort", str(self.path)], check=True)

    def mount_again(self):
        # The kernel may be letting go of a process that was killed.
        deadline = time.monotonic() + 20
        while subprocess.run(["umount", str(self.path)], capture_output=True).returncode != 0:
            if time.monotonic() > deadline:
                raise AssertionError("the failed disk is still in use")
            time.sleep(0.2)
        subprocess.run(["fsck.ext4", "-p", str(self.image)], capture_output=True)
        self.mount()

    def remove(self):
        tempfile.tempdir = self.former
        subprocess.run(["umount", "--lazy", str(self.path)], check=True)
        self.path.rmdir()
        self.image.unlink()


class SmallDisk:
    """Instances that are made while it stands are on it."""

    def __init__(self, mebibytes):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="salus-small-disk-"))
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs",
                        str(self.path)], check=True)
        self.ballast = self.path / "ballast"
        self.former = tempfile.tempdir
        tempfile.tempdir = str(self.path)

    def fill(self, leaving=0):
        """To the last page; then this many bytes are given back."""
        with open(self.ballast, "ab", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(1 << 20))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
            ballast.truncate(max(0, ballast.seek(0, os.SEEK_END) - leaving))

    def free(self):
        self.ballast.unlink(missing_ok=True)

    def remove(self):
        tempfile.tempdir = self.former
        subprocess.run(["umount", "--lazy", str(self.path)], check=True)
        self.path.rmdir()
