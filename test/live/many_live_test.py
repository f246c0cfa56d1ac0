#!/usr/bin/env python3
"""Requests of many files on real servers, as a user asks for them.

  many_live_test.py BIN_FOLDER [Many ...]
"""

import json
import os
import unittest

from on_service import MIB, OnTrees, until, write


def snapshot(folder):
    """All that stands in it: names, sizes, times of change; of files their bytes too."""
    seen = {}
    for path, _, names in os.walk(folder):
        for name in [".", *names]:
            one = os.path.join(path, name)
            facts = os.stat(one)
            content = b""
            if os.path.isfile(one):
                with open(one, "rb") as file:
                    content = file.read()
            seen[os.path.relpath(one, folder)] = (facts.st_ino, facts.st_mtime_ns, content)
    return seen


class Many(OnTrees):
    """With one more server, that comes late."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bed.bed("start", "late", "--anon")

    def make_tree(self):
        write(f"{self.source}/new/er/one", os.urandom(1000))
        write(f"{self.source}/two", os.urandom(2000))
        write(f"{self.source}/large", os.urandom(33 * MIB))
        write(f"{self.source}/same", b"the same")
        write(f"{self.source}/other", b"one")
        write(f"{self.source}/closed", b"not to be read")
        os.chmod(f"{self.source}/closed", 0)
        write(f"{self.out}/same", b"the same")
        write(f"{self.out}/other", b"another")


class DryRuns(Many):
    def test_a_tree_is_looked_at_and_nothing_is_changed(self):
        self.make_tree()
        for far in ("far", "pro"):
            handle = f"{self.handle}-{far}"
            before = snapshot(self.out), snapshot(self.source)
            code, out, err = self.copy(handle, "--dry-run", "--verbose", far=far)
            self.assertEqual((snapshot(self.out), snapshot(self.source)), before, "a dry run changed something")
            self.assertEqual(code, 1, out + err)
            self.assertIn("dry run: 3 files, 34.6 MB would be moved; 1 skipped; 2 would fail", out)
            self.assertIn("would_move", out)
            files = self.files(handle)
            self.assertEqual({name: file["status"] for name, file in files.items()},
                             {"new/er/one": "would_move", "two": "would_move", "large": "would_move", "same": "skipped",
                              "other": "failed", "closed": "failed"})
            self.assertTrue(files["same"]["adopted"], "as the copy would say")
            self.assertEqual(files["other"]["fault"]["code"], "destination_exists")
            self.assertEqual(files["closed"]["fault"]["code"], "not_permitted")
            record = json.loads(self.rft("list", handle, "--json")[1])
            self.assertEqual((record["bytes_sent"], record["bytes_confirmed"]), (0, 0))

    def test_what_a_dry_run_foresaw_is_what_a_copy_does(self):
        self.make_tree()
        self.copy(f"{self.handle}-plan", "--dry-run", "--sync", "size")
        self.copy(f"{self.handle}-copy", "--sync", "size")
        became = {"would_move": "done", "skipped": "skipped", "failed": "failed"}
        planned, moved = (self.files(f"{self.handle}-{act}") for act in ("plan", "copy"))
        os.chmod(f"{self.source}/closed", 0o600)
        del planned["closed"], moved["closed"]  # who runs the servers here may read it all the same
        self.assertEqual({name: became[file["status"]] for name, file in planned.items()},
                         {name: file["status"] for name, file in moved.items()})
        self.assertEqual(moved["other"]["status"], "done", "it differs in size and is replaced")

    def test_a_list_and_one_file_are_looked_at_too(self):
        self.make_tree()
        before = snapshot(self.out)
        folders = f"{self.bed.url('near')}{self.source}/", f"{self.bed.url('far')}{self.out}/"
        code, out, err = self.rft("copy", "--from", "-", *folders, "--dry-run", stdin="two\nnone\n")
        self.assertEqual(code, 1, out + err)
        self.assertIn("dry run: 1 file, 2.00 kB would be moved; 1 would fail", out)
        code, out, err = self.rft("copy", *(f"{folder}two" for folder in folders), "--dry-run")
        self.assertEqual((code, out), (0, "dry run: 2.00 kB would be moved\n"), err)
        code, out, err = self.rft("copy", *(f"{folder}same" for folder in folders), "--dry-run")
        self.assertEqual((code, out), (0, "dry run: it is there already, nothing would be moved\n"), err)
        code, out, err = self.rft("copy", *(f"{folder}other" for folder in folders), "--dry-run", "--existing", "fail")
        self.assertEqual(code, 1)
        self.assertIn("something else stands under the destination's name", out)
        self.assertEqual(snapshot(self.out), before)


class AllOrNone(Many):
    """Small files and a large one from a server that is up, and one more from a server that comes late."""

    def make_files(self):
        for number in range(20):
            write(f"{self.source}/{number}", os.urandom(5000 + number))
        write(f"{self.source}/large", os.urandom(40 * MIB))
        write(f"{self.source}/last", os.urandom(3000))

    def begin(self, last_from):
        names = [str(number) for number in range(20)] + ["large"]
        lines = [f"{self.bed.url('near')}{self.source}/{name} {self.bed.url('far')}{self.out}/{name}" for name in names]
        lines.append(f"{last_from}{self.source}/last {self.bed.url('far')}{self.out}/last")
        code, out, err = self.rft("copy", "--from", "-", "--all-or-none", "--no-wait", "--handle", self.handle,
                                  stdin="\n".join(lines) + "\n")
        self.assertEqual(code, 0, out + err)

    def standing(self):
        return sorted(os.listdir(self.out)) if os.path.isdir(self.out) else []

    def published(self):
        return [name for name in self.standing() if not name.startswith(".rft-")]

    def await_all_but_the_last(self):
        until(lambda: len(self.standing()) == 21, 30, "not all files but the last have arrived")

    def expect_all(self):
        self.assertEqual(len(self.published()), 22)
        self.assertEqual(self.standing(), self.published(), "a part file is left")
        for name in self.published():
            with open(f"{self.source}/{name}", "rb") as source, open(f"{self.out}/{name}", "rb") as copy:
                self.assertEqual(source.read(), copy.read(), name)

    def test_nothing_is_published_before_the_last_is_proven_whatever_dies_meanwhile(self):
        self.make_files()
        late = self.bed.url("late")
        self.bed.bed("kill", "late")
        self.begin(late)
        self.await_all_but_the_last()
        self.assertEqual(self.published(), [])
        self.service.crash()
        self.service.start()
        self.assertEqual(self.published(), [])
        self.bed.bed("start", "late")
        record = self.service.await_status(self.handle, ["done"], 90)
        self.assertEqual(record["files"]["done"], 22)
        self.expect_all()

    def test_one_that_fails_keeps_all_others_unpublished_and_a_retry_brings_all(self):
        self.make_files()
        os.rename(f"{self.source}/last", f"{self.source}/hidden")
        self.begin(self.bed.url("near"))
        record = self.service.await_status(self.handle, ["failed"], 60)
        self.assertEqual((record["files"]["failed"], record["files"]["done"]), (22, 0))
        until(lambda: self.standing() == [], 30, "parts are left")
        files = [json.loads(line) for line in self.rft("ls", self.handle, "--files", "--json")[1].splitlines()]
        codes = sorted(file["fault"]["code"] for file in files)
        self.assertEqual(codes, ["no_such_file"] + 21 * ["others_failed"])
        os.rename(f"{self.source}/hidden", f"{self.source}/last")
        self.rft("retry", self.handle)
        self.service.await_status(self.handle, ["done"], 60)
        self.expect_all()


if __name__ == "__main__":
    unittest.main(verbosity=2)
