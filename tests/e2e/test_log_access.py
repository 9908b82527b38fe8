"""Who may do what with the files of an audit log (AUD-4, AUD-6): the server alone writes, the group
of readers reads them and nothing else, with commands that need no key and leave no trace; wrong
rights keep the server from starting. Other users are the administrator's to become: without that
right their part is not run."""
import grp
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

from instance import BINARY, Instance

START = 30
STRANGER = 65534  # a user, and a group, that own nothing


def possible(paths):
    """What this process could do: read, change, or make. Nothing is changed: a file is opened and
    closed, and what was made is said, not removed."""
    for path in paths:
        for mode, word in (("rb", "reads"), ("r+b", "writes"), ("xb", "makes")):
            try:
                open(path / "planted" if mode == "xb" else path, mode).close()
                yield f"{word} {path}"
            except OSError:
                pass


class LogAccess(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.addClassCleanup(cls.instance.remove)
        cls.directory = cls.instance.directory
        cls.log = cls.directory / "audit/default"
        # The administrator takes a group that he is not in; somebody else one of his own.
        others = [group for group in grp.getgrall() if group.gr_gid not in (0, STRANGER)]
        own = [grp.getgrgid(number) for number in os.getgroups() or [os.getgid()]]
        cls.group = others[-1] if os.geteuid() == 0 else own[0]
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="salus-reader-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)

    def tearDown(self):
        self.instance.stop()

    def configure(self, group):
        file = self.directory / "salus.toml"
        begin = file.read_text().index("\nreader_group = ") + 1
        text = file.read_text()
        end = text.index("\n", begin)
        text = text[:begin] + f'reader_group = "{group}"' + text[end:]
        file.write_text(text.replace("checkpoint_seconds = 10", "checkpoint_seconds = 1"))

    def access(self, *arguments):
        return self.instance.command("audit", "access", "--dir", str(self.directory), *arguments,
                                     check=False)

    def refused(self, why):
        with self.assertRaises(AssertionError) as caught:
            self.instance.start(START)
        self.assertIn(why, str(caught.exception))

    def serve(self):
        self.instance.start(START)
        for _ in range(300):  # more than one tile
            self.instance.client().get("/fhir/metadata")
        checkpoint = self.log / "checkpoint"
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if checkpoint.exists() and int(checkpoint.read_text().splitlines()[1]) > 300:
                return
            time.sleep(0.1)
        self.fail("no checkpoint")

    def share(self):
        self.configure(self.group.gr_name)
        done = self.access("--mend")
        self.assertEqual(done.returncode, 0, done.stderr)

    def as_user(self, group, *command):
        return subprocess.run([str(word) for word in command], capture_output=True, text=True,
                              user=STRANGER, group=STRANGER,
                              extra_groups=[group] if group else [], cwd="/")

    def probe(self, group):
        """Lines of what that user could do in the instance."""
        paths = [self.directory, *self.directory.rglob("*")]
        ours, theirs = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.close(ours)
                os.setgroups([group] if group else [])
                os.setgid(STRANGER)
                os.setuid(STRANGER)
                os.write(theirs, "\n".join(["", *possible(paths), "done"]).encode())
            finally:
                os._exit(0)
        os.close(theirs)
        with open(ours) as said:
            lines = said.read().replace(f"{self.directory}/", "").splitlines()
        os.waitpid(child, 0)
        self.assertEqual(lines[-1:], ["done"])
        return lines[1:-1]

    def rows(self):
        done = self.instance.command("check", "--json", "--dir", str(self.directory), check=False)
        rows = json.loads(done.stdout)
        rows = rows["controls"] if isinstance(rows, dict) else rows
        return {row["id"]: row for row in rows}

    def tree(self):
        """Everything of each file that a reader could change, the time of reading aside."""
        found = {}
        for path in [self.directory, *self.directory.rglob("*")]:
            is_ = path.lstat()
            found[path] = (is_.st_ino, is_.st_mode, is_.st_uid, is_.st_gid, is_.st_nlink,
                           is_.st_size, is_.st_mtime_ns, is_.st_ctime_ns)
        return found

    def test_1_rights_that_are_wrong_keep_it_from_starting(self):
        self.serve()
        self.instance.stop()
        segment = self.log / "0000000001.segment"
        self.assertEqual(segment.stat().st_mode & 0o7777, 0o600)
        segment.chmod(0o644)
        self.refused("audit/default/0000000001.segment others than the server and the readers")
        shown = self.access()
        self.assertEqual(shown.returncode, 3)
        self.assertIn("0000000001.segment", shown.stderr)
        self.assertEqual(self.access("--mend").returncode, 0)
        self.assertEqual(segment.stat().st_mode & 0o7777, 0o600)
        kept = self.instance.root / "kept"
        os.link(segment, kept)
        self.refused("has a second name")
        self.assertEqual(self.access("--mend").returncode, 3)
        kept.unlink()
        checkpoint = self.log / "checkpoint"
        checkpoint.rename(self.instance.root / "checkpoint")
        checkpoint.symlink_to(self.instance.root / "checkpoint")
        self.refused("is a link")
        checkpoint.unlink()
        (self.instance.root / "checkpoint").rename(checkpoint)
        self.directory.chmod(0o770)
        self.refused("others than the server may change what is in it")
        self.directory.chmod(0o700)
        self.instance.start(START)

    def test_2_a_group_that_is_none(self):
        self.configure("salus-no-such-group")
        self.refused("the system has no such group")
        self.configure(self.group.gr_name)
        self.refused("salus audit access --mend")

    def test_3_files_that_are_made_while_it_serves_are_the_readers(self):
        self.share()
        self.serve()
        for path in self.log.rglob("*"):
            relative = path.relative_to(self.log).as_posix()
            private = relative == "lock" or relative.startswith("patients")
            # Made ahead, and renamed when it is whole.
            if relative.endswith(".new") or not path.exists():
                continue
            wanted = 0o600 if private else 0o640
            if path.is_dir():
                wanted = 0o2700 if private else 0o2750
            self.assertEqual(oct(path.stat().st_mode & 0o7777), oct(wanted), relative)
            if not private:
                self.assertEqual(path.stat().st_gid, self.group.gr_gid, relative)
        self.assertEqual(self.access().returncode, 0, self.access().stderr)
        rows = self.rows()
        for control in ("AUD-4", "AUD-6"):
            self.assertIn(f"the group {self.group.gr_name} reads", rows[control]["evidence"])
        self.assertEqual(rows["AUD-6"]["state"], "enforced")
        segment = self.log / "0000000001.segment"
        segment.chmod(0o660)
        rows = self.rows()
        for control in ("AUD-4", "AUD-6"):
            self.assertIn("0000000001.segment", rows[control]["evidence"])
            self.assertEqual(rows[control]["state"], "failing", rows[control])
        segment.chmod(0o640)

    @unittest.skipUnless(os.geteuid() == 0, "takes the right to become another user")
    def test_4_a_reader_reads_and_does_nothing_else(self):
        self.share()
        self.serve()
        self.instance.root.chmod(0o711)
        self.folder.chmod(0o755)
        program = self.folder / "salus"
        shutil.copy(BINARY, program)
        program.chmod(0o755)
        key = self.folder / "checkpoint.pub"
        shutil.copy(self.directory / "signer/checkpoint.pub", key)
        key.chmod(0o644)
        of_log = ("--log", self.log)
        commands = [("verify", *of_log, "--key", key),
                    ("verify", *of_log, "--key", key, "--index", 7),
                    ("prove", *of_log, "--key", key, "--index", 0),
                    ("export", *of_log, "--format", "jsonl"),
                    ("retention", *of_log)]

        def read_all():
            for command in commands:
                done = self.as_user(self.group.gr_gid, program, "audit", *command)
                self.assertEqual(done.returncode, 0, (command, done.stderr))
                self.assertTrue(done.stdout, command)
                done = self.as_user(None, program, "audit", *command)
                self.assertNotEqual(done.returncode, 0, command)

        read_all()  # while it serves
        self.instance.stop()
        before = self.tree()
        read_all()
        lines = self.probe(self.group.gr_gid)
        self.assertEqual(self.tree(), before)
        self.assertEqual([line for line in lines if not line.startswith("reads ")], [])
        logs = ("audit/default", "audit/_parent")
        self.assertEqual([line for line in lines if not any(f"{log}/" in line for log in logs)], [])
        for log in logs:
            for name in ("lock", "patients"):
                self.assertFalse([line for line in lines if f"{log}/{name}" in line])
        self.assertIn("reads audit/default/0000000001.segment", lines)
        self.assertIn("reads audit/default/checkpoint", lines)
        self.assertEqual(self.probe(None), [])

    def test_5_the_server_cannot_read_through_what_it_writes(self):
        self.share()
        self.serve()
        modes = {}
        descriptors = pathlib.Path(f"/proc/{self.instance.process.pid}/fd")
        try:
            for descriptor in descriptors.iterdir():
                name = os.readlink(descriptor)
                if name.endswith(".segment"):
                    flags = (descriptors.parent / "fdinfo" / descriptor.name).read_text()
                    modes[name] = int(flags.split("flags:")[1].split()[0], 8) & os.O_ACCMODE
        except PermissionError:
            self.skipTest("takes the right to look at another process")
        self.assertTrue(modes)
        self.assertEqual(set(modes.values()), {os.O_WRONLY}, modes)


if __name__ == "__main__":
    unittest.main()
