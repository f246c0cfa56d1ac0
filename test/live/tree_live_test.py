#!/usr/bin/env python3
"""A tree arrives as it was: empty folders, modes and times, symbolic links, on real servers.

  tree_live_test.py BIN_FOLDER [EmptyFolders Preserved Folders SymbolicLinks ...]
"""

import json
import os
import unittest

from on_service import MIB, OnTrees, until, write

TIME = 981173106  # 2001-02-03T04:05:06Z


def modes_and_times(folder, with_folders=False):
    """Of the files in it, by their names below it."""
    found = {}
    for path, folders, names in os.walk(folder):
        for name in names + folders * with_folders:
            one = os.stat(os.path.join(path, name))
            found[os.path.relpath(os.path.join(path, name), folder)] = (one.st_mode & 0o7777, int(one.st_mtime))
    return found


class Tree(OnTrees):
    """GCT to GCT, GCT to proftpd, and proftpd to GCT."""

    ways = (("near", "far"), ("near", "pro"), ("pro", "far"))

    def setUp(self):
        super().setUp()
        self.base = self.out

    def way(self, near, far):
        """A destination of its own for each; the handle of the request."""
        self.near, self.far = near, far
        self.out = f"{self.base}-{near}-{far}"
        return f"{self.handle}-{near}-{far}"

    def tree(self, handle, *options):
        return self.copy(handle, *options, near=self.near, far=self.far)

    def outcomes(self, handle):
        return self.files(handle, server=self.near)


class EmptyFolders(Tree):
    def test_they_arrive_with_the_files(self):
        write(f"{self.source}/full/file", b"here")
        for folder in ("empty", "deep/er/est", "blank name", "tmp"):
            os.makedirs(f"{self.source}/{folder}")
        write(f"{self.source}/tmp/x.tmp", b"not wanted")
        for near, far in self.ways:
            with self.subTest(near=near, far=far):
                handle = self.way(near, far)
                code, out, err = self.tree(handle, "--exclude", "*.tmp")
                self.assertEqual(code, 0, out + err)
                self.assertIn("5 files", out)
                for folder in ("empty", "deep/er/est", "blank name", "tmp"):
                    self.assertEqual(os.listdir(f"{self.out}/{folder}"), [])
                rows = self.outcomes(handle)
                self.assertEqual({name for name, row in rows.items() if row["kind"] == "folder"},
                                 {"empty/", "deep/er/est/", "blank%20name/", "tmp/"})
                self.assertEqual({row["status"] for row in rows.values()}, {"done"})

    def test_an_empty_tree_is_its_root(self):
        for near, far in self.ways:
            with self.subTest(near=near, far=far):
                code, out, err = self.tree(self.way(near, far))
                self.assertEqual(code, 0, out + err)
                self.assertEqual(os.listdir(self.out), [])

    def test_one_that_cannot_be_made_fails_and_says_so(self):
        os.makedirs(f"{self.source}/taken")
        handle = self.way("near", "far")
        write(f"{self.out}/taken", b"a file")
        code, out, err = self.tree(handle)
        self.assertEqual(code, 1, out + err)
        self.assertEqual(self.outcomes(handle)["taken/"]["fault"]["code"], "not_a_folder")
        os.remove(f"{self.out}/taken")
        self.assertEqual(self.rft("retry", handle)[0], 0)
        self.assertEqual(self.rft("wait", handle)[0], 0)
        self.assertTrue(os.path.isdir(f"{self.out}/taken"))

    def test_a_dry_run_tells_of_them_and_makes_none(self):
        os.makedirs(f"{self.source}/empty")
        handle = self.way("near", "far")
        code, out, err = self.tree(handle, "--dry-run")
        self.assertEqual(code, 0, out + err)
        self.assertEqual(self.outcomes(handle)["empty/"]["status"], "would_move")
        self.assertFalse(os.path.exists(self.out))

    def test_a_receipt_tells_of_them_is_checked_and_makes_them_again(self):
        os.makedirs(f"{self.source}/empty")
        write(f"{self.source}/file", b"here")
        handle = self.way("near", "far")
        self.assertEqual(self.tree(handle)[0], 0)
        receipt = f"{self.base}.receipt"
        self.assertEqual(self.rft("receipt", handle, "--out", receipt)[0], 0)
        code, out, err = self.rft("verify-receipt", receipt, "--against")
        self.assertEqual(code, 0, out + err)
        os.rmdir(f"{self.out}/empty")
        code, out, err = self.rft("verify-receipt", receipt, "--against")
        self.assertEqual(code, 1, out + err)
        self.assertIn("no_such_folder", out + err)
        code, out, err = self.rft("copy", "--from", receipt)
        self.assertEqual(code, 0, out + err)
        self.assertTrue(os.path.isdir(f"{self.out}/empty"))


class FilesInTheWay(Tree):
    def faults(self, handle):
        return {name: row["fault"] and row["fault"]["code"] for name, row in self.outcomes(handle).items()}

    def test_a_file_where_a_folder_is_needed_fails_at_once_and_is_named(self):
        write(f"{self.source}/one", b"one")
        write(f"{self.source}/sub/er/two", b"two")
        os.makedirs(f"{self.source}/empty")
        for near, far in self.ways:
            with self.subTest(near=near, far=far):
                handle = self.way(near, far)
                write(self.out, b"a file")
                code, out, err = self.tree(handle)
                self.assertEqual(code, 1, out + err)
                self.assertIn(f"'{self.out}' is a file; name another destination, or move it away", out + err)
                self.assertEqual(self.faults(handle),
                                 dict.fromkeys(("one", "sub/er/two", "empty/"), "not_a_folder"))
                for attempt in json.loads(self.rft("history", handle, "--json")[1])["attempts"]:
                    self.assertIsNone(attempt["fault"])
                url = f"{self.bed.url(near)}{self.source}/one", f"{self.bed.url(far)}{self.out}/new/one"
                code, out, err = self.rft("copy", *url)
                self.assertEqual(code, 1, out + err)
                self.assertIn("not_a_folder", out + err)

    def test_a_link_to_a_folder_is_no_file(self):
        write(f"{self.source}/one", b"one")
        for near, far in self.ways:
            with self.subTest(near=near, far=far):
                handle = self.way(near, far)
                os.makedirs(f"{self.out}-real")
                os.symlink(f"{self.out}-real", self.out)
                code, out, err = self.tree(handle)
                self.assertEqual(code, 0, out + err)
                self.assertEqual(os.listdir(f"{self.out}-real"), ["one"])

    def test_a_folder_of_a_list_that_is_missing_or_a_file_fails(self):
        write(f"{self.source}/file", b"one")
        os.makedirs(f"{self.source}/folder")
        os.symlink(f"{self.source}/folder", f"{self.source}/link")
        lines = "".join(f'{{"source": "{name}/", "destination": "{name}/", "kind": "folder"}}\n'
                        for name in ("file", "folder", "gone", "link"))
        for near, far in self.ways:
            with self.subTest(near=near, far=far):
                handle = self.way(near, far)
                folders = f"{self.bed.url(near)}{self.source}/", f"{self.bed.url(far)}{self.out}/"
                code, out, err = self.rft("copy", "--from", "-", *folders, "--handle", handle, stdin=lines)
                self.assertEqual(code, 1, out + err)
                self.assertEqual(self.faults(handle), {"file/": "not_a_folder", "folder/": None,
                                                       "gone/": "no_such_folder", "link/": None})
                self.assertEqual(sorted(os.listdir(self.out)), ["folder", "link"])


class OddNames(Tree):
    def test_one_that_no_command_can_carry_fails_alone_wherever_it_stands(self):
        write(f"{self.source}/file", b"here")
        write(f"{self.source}/sub/a\nb", b"nobody can ask for it")
        for near, far in self.ways:
            with self.subTest(near=near, far=far):
                handle = self.way(near, far)
                for again in (False, True):
                    code, out, err = self.rft("retry", handle) if again else self.tree(handle)
                    self.assertEqual(code, 0 if again else 1, out + err)
                    self.assertEqual(self.rft("wait", handle)[0], 1)
                    self.assertEqual(os.listdir(f"{self.out}/sub"), [])
                    rows = self.outcomes(handle)
                    self.assertEqual(rows["file"]["status"], "done")
                    self.assertEqual(rows["sub/a%0Ab"]["fault"]["code"], "bad_name")
                self.assertEqual(self.rft("receipt", handle)[0], 0)


class Sync(Tree):
    def test_what_is_as_good_is_skipped_whatever_its_size_and_its_server(self):
        write(f"{self.source}/small", b"here")
        write(f"{self.source}/large", os.urandom(33 * MIB))
        for near, far in self.ways:
            with self.subTest(near=near, far=far):
                self.assertEqual(self.tree(self.way(near, far))[0], 0)
                write(f"{self.out}/small", b"HERE")
                handle = f"{self.handle}-{near}-{far}-again"
                code, out, err = self.tree(handle, "--sync", "size")
                self.assertEqual(code, 0, out + err)
                self.assertIn("2 skipped", out)
                self.assertEqual({row["status"] for row in self.outcomes(handle).values()}, {"skipped"})
                self.assertEqual(self.service.record(handle)["bytes_sent"], 0)


class Preserved(Tree):
    def make(self):
        for name, mode in (("plain", 0o640), ("run", 0o755), ("sub/closed", 0o400), ("sub/suid", 0o4711)):
            write(f"{self.source}/{name}", os.urandom(1000))
            os.chmod(f"{self.source}/{name}", mode)
            os.utime(f"{self.source}/{name}", (TIME, TIME + len(name)))
        write(f"{self.source}/large", os.urandom(33 * MIB))
        os.chmod(f"{self.source}/large", 0o444)
        os.utime(f"{self.source}/large", (TIME, TIME))
        for name, mode in (("empty", 0o711), ("sub", 0o2750), ("sub/only/folders", 0o700), ("sub/only", 0o555)):
            os.makedirs(f"{self.source}/{name}", exist_ok=True)
            os.chmod(f"{self.source}/{name}", mode)
            os.utime(f"{self.source}/{name}", (TIME, TIME + len(name)))

    def test_modes_and_times_are_those_of_the_sources(self):
        self.make()
        wanted = {name: (mode & 0o777, time) for name, (mode, time) in modes_and_times(self.source, with_folders=True).items()}
        for near, far in self.ways:
            with self.subTest(near=near, far=far):
                code, out, err = self.tree(self.way(near, far), "--preserve", "mode,times")
                self.assertEqual(code, 0, out + err)
                self.assertEqual(modes_and_times(self.out, with_folders=True), wanted)

    def test_sync_by_time_finds_nothing_to_do_afterwards(self):
        self.make()
        self.assertEqual(self.tree(self.way("near", "far"), "--preserve", "times")[0], 0)
        again = f"{self.handle}-again"
        code, out, err = self.tree(again, "--sync", "mtime")
        self.assertEqual(code, 0, out + err)
        self.assertEqual(self.moved(again), [])
        os.utime(f"{self.source}/plain", (TIME, TIME + 100))
        younger = f"{self.handle}-younger"
        self.assertEqual(self.tree(younger, "--sync", "mtime", "--preserve", "times")[0], 0)
        self.assertEqual(self.moved(younger), ["plain"])

    def moved(self, handle):
        return [name for name, row in self.outcomes(handle).items()
                if row["status"] == "done" and not row["adopted"] and not name.endswith("/")]

    def test_a_crash_in_the_middle_leaves_nothing_out(self):
        for number in range(600):
            name = f"{self.source}/d{number % 7}/{number}"
            write(name, os.urandom(2000))
            os.chmod(name, 0o444)
            os.utime(name, (TIME, TIME + number))
            os.makedirs(f"{self.source}/d{number % 7}/empty-{number}")
        self.make()
        wanted = {name: (mode & 0o777, time) for name, (mode, time) in modes_and_times(self.source, with_folders=True).items()}
        folders = sorted(os.path.relpath(path, self.source) for path, _, _ in os.walk(self.source))
        for publish in ("rename", "in_place"):
            with self.subTest(publish=publish):
                handle = f"{self.way('near', 'far')}-{publish}"
                self.out += publish
                self.assertEqual(self.tree(handle, "--no-wait", "--preserve", "mode,times", "--publish", publish)[0], 0)
                until(lambda: os.path.exists(self.out), 60, "nothing has arrived")
                self.service.crash()
                self.service.start()
                code, out, err = self.rft("wait", handle)
                self.assertEqual(code, 0, out + err)
                self.assertEqual(modes_and_times(self.out, with_folders=True), wanted)
                self.assertEqual(sorted(os.path.relpath(path, self.out) for path, _, _ in os.walk(self.out)), folders)

    def test_one_file_and_in_place(self):
        write(f"{self.source}/one", b"bytes")
        os.chmod(f"{self.source}/one", 0o604)
        os.utime(f"{self.source}/one", (TIME, TIME))
        for near, far in self.ways:
            for publish in ("rename", "in_place"):
                with self.subTest(near=near, far=far, publish=publish):
                    self.way(near, far)
                    target = f"{self.out}/{publish}"
                    code, out, err = self.rft("copy", f"{self.bed.url(near)}{self.source}/one", f"{self.bed.url(far)}{target}",
                                              "--publish", publish, "--preserve", "times,mode")
                    self.assertEqual(code, 0, out + err)
                    seen = os.stat(target)
                    self.assertEqual((seen.st_mode & 0o7777, int(seen.st_mtime)), (0o604, TIME))


class Folders(Tree):
    def test_a_wide_tree_arrives_whole(self):
        for number in range(700):
            for name in ("a", "b/c"):
                write(f"{self.source}/{number % 2}/{number:03}/{name}", os.urandom(100))
        for near, far in self.ways:
            with self.subTest(near=near, far=far):
                handle = self.way(near, far)
                code, out, err = self.tree(handle)
                self.assertEqual(code, 0, out + err)
                self.assertIn("1400 files", out)
                self.assertEqual(modes_and_times(self.out).keys(), modes_and_times(self.source).keys())
                self.assertEqual({row["status"] for row in self.outcomes(handle).values()}, {"done"})

    def test_an_excluded_folder_is_not_looked_into(self):
        self.as_nobody()
        write(f"{self.source}/one")
        write(f"{self.source}/scratch/closed/x")
        os.chmod(f"{self.source}/scratch", 0)
        os.makedirs(self.out)
        code, out, err = self.copy(self.handle, "--exclude", "scratch/", near="nobody")
        self.assertEqual(code, 0, out + err)
        self.assertEqual(os.listdir(self.out), ["one"])
        os.chmod(f"{self.source}/scratch", 0o755)

    def test_one_that_could_not_be_listed_is_listed_by_a_retry(self):
        self.as_nobody()
        write(f"{self.source}/one")
        write(f"{self.source}/closed/two")
        os.chmod(f"{self.source}/closed", 0)
        os.makedirs(self.out)
        code, out, err = self.copy(self.handle, near="nobody")
        self.assertEqual(code, 1, out + err)
        self.assertEqual(self.files(self.handle, server="nobody")["closed/"]["fault"]["code"], "not_permitted")
        os.chmod(f"{self.source}/closed", 0o755)
        self.assertEqual(self.rft("retry", self.handle)[0], 0)
        self.assertEqual(self.rft("wait", self.handle)[0], 0)
        self.assertEqual(modes_and_times(self.out).keys(), {"one", "closed/two"})


class SymbolicLinks(Tree):
    def make(self):
        write(f"{self.source}/sub/file", b"bytes")
        os.symlink("sub/file", f"{self.source}/to-file")
        os.symlink("sub", f"{self.source}/to-folder")
        os.symlink("..", f"{self.source}/sub/up")
        os.symlink("nowhere", f"{self.source}/dangling")
        os.symlink("loop-b", f"{self.source}/loop-a")
        os.symlink("loop-a", f"{self.source}/loop-b")

    def statuses(self, handle):
        return {name: (row["status"], row["fault"] and row["fault"]["code"]) for name, row in self.outcomes(handle).items()}

    # Neither server names a link that leads nowhere.
    def test_skip_leaves_them_out_and_lists_them(self):
        self.make()
        for near, far in self.ways:
            with self.subTest(near=near, far=far):
                handle = self.way(near, far)
                code, out, err = self.tree(handle, "--links", "skip")
                self.assertEqual(code, 0, out + err)
                skipped = ("skipped", "is_a_link")
                self.assertEqual(self.statuses(handle), {"sub/file": ("done", None), "to-file": skipped, "to-folder": skipped,
                                                         "sub/up": skipped})
                self.assertEqual(sorted(os.listdir(self.out)), ["sub"])

    def test_fail_fails_them_and_a_retry_does_not_move_them(self):
        self.make()
        handle = self.way("near", "far")
        for _ in range(2):
            code, out, err = self.tree(handle, "--links", "fail")
            self.assertEqual(code, 1, out + err)
            failed = ("failed", "is_a_link")
            self.assertEqual(self.statuses(handle), {"sub/file": ("done", None), "to-file": failed, "to-folder": failed,
                                                     "sub/up": failed})
            self.assertEqual(self.rft("retry", handle)[0], 0)
            self.assertEqual(self.rft("wait", handle)[0], 1)
        self.assertEqual(sorted(os.listdir(self.out)), ["sub"])

    def test_followed_by_default_and_loops_fail_alone(self):
        self.make()
        os.symlink(".", f"{self.source}/self")
        os.symlink("../..", f"{self.source}/sub/above")
        loop, done = ("failed", "is_a_link"), ("done", None)
        for near, far in self.ways:
            with self.subTest(near=near, far=far):
                handle = self.way(near, far)
                code, out, err = self.tree(handle)
                self.assertEqual(code, 1, out + err)
                for _ in range(2):
                    self.assertEqual(self.statuses(handle), {"sub/file": done, "to-file": done, "to-folder/file": done,
                                                             "self": loop, "sub/up": loop, "sub/above": loop,
                                                             "to-folder/up": loop, "to-folder/above": loop})
                    self.assertEqual(self.rft("retry", handle)[0], 0)
                    self.assertEqual(self.rft("wait", handle)[0], 1)
                self.assertIn("it leads back to", self.outcomes(handle)["sub/up"]["fault"]["detail"])
                self.assertEqual(modes_and_times(self.out).keys(), {"sub/file", "to-file", "to-folder/file"})

    def failed(self, handle):
        return {name: code for name, (status, code) in self.statuses(handle).items() if status == "failed"}

    def make_elsewhere(self):
        self.elsewhere = f"{self.base}-elsewhere"
        write(f"{self.elsewhere}/deep/er/file", os.urandom(3000))
        write(f"{self.elsewhere}/large", os.urandom(33 * MIB))
        for name in ("deep/er/file", "large"):
            os.chmod(f"{self.elsewhere}/{name}", 0o640)
            os.utime(f"{self.elsewhere}/{name}", (TIME, TIME))
        os.makedirs(f"{self.elsewhere}/empty")
        write(f"{self.source}/own", b"here")
        os.symlink(self.elsewhere, f"{self.source}/disk")
        os.symlink(f"{self.elsewhere}/large", f"{self.source}/to-large")
        os.symlink(f"{self.elsewhere}/empty", f"{self.source}/to-empty")

    def test_what_lies_elsewhere_arrives_under_the_names_of_the_links(self):
        self.make_elsewhere()
        for near, far in self.ways:
            with self.subTest(near=near, far=far):
                handle = self.way(near, far)
                code, out, err = self.tree(handle, "--preserve", "times")
                untold = {"disk/": "cannot_preserve", "to-empty/": "cannot_preserve"} if near == "pro" else {}
                self.assertEqual(self.failed(handle), untold, "proftpd tells of such a link's time and mode alone")
                self.assertEqual(code, 1 if untold else 0, out + err)
                for name in ("disk/deep/er/file", "disk/large", "to-large"):
                    with open(f"{self.source}/{name}", "rb") as one, open(f"{self.out}/{name}", "rb") as other:
                        self.assertEqual(one.read(), other.read(), name)
                    self.assertEqual(int(os.stat(f"{self.out}/{name}").st_mtime), TIME, name)
                for name in ("disk/empty", "to-empty"):
                    self.assertEqual(os.listdir(f"{self.out}/{name}"), [])
                self.assertFalse(any(os.path.islink(os.path.join(path, name)) for path, folders, names in os.walk(self.out)
                                     for name in folders + names))

    def test_of_a_link_that_proftpd_tells_of_the_mode_is_not_known(self):
        self.make_elsewhere()
        handle = self.way("pro", "far")
        code, out, err = self.tree(handle, "--preserve", "mode")
        self.assertEqual(code, 1, out + err)
        self.assertEqual(self.failed(handle), {"to-large": "cannot_preserve"})
        self.assertEqual(os.stat(f"{self.out}/disk/large").st_mode & 0o777, 0o640)

    def test_what_is_excluded_is_not_followed_and_not_told(self):
        self.make()
        self.make_elsewhere()
        for near, far in self.ways:
            with self.subTest(near=near, far=far):
                handle = self.way(near, far)
                code, out, err = self.tree(handle, "--exclude", "up", "--exclude", "disk/", "--exclude", "to-large")
                self.assertEqual(code, 0, out + err)
                self.assertEqual(self.outcomes(handle).keys(), {"sub/file", "to-file", "to-folder/file", "own", "to-empty/"})

    def test_one_that_leads_to_where_the_copy_is_written_is_not_followed(self):
        for near in ("near", "pro"):
            with self.subTest(near=near):
                handle = self.way(near, near)
                write(f"{self.source}/sub/file", b"bytes")
                write(f"{self.out}/sub/old", b"of an earlier copy")
                for name, target in (("above", self.bed.folder), ("there", self.out), ("sub/deep", f"{self.out}/sub")):
                    if os.path.lexists(f"{self.source}/{name}"):
                        os.remove(f"{self.source}/{name}")
                    os.symlink(target, f"{self.source}/{name}")
                code, out, err = self.tree(handle)
                self.assertEqual(code, 1, out + err)
                no = ("failed", "is_a_link")
                self.assertEqual(self.statuses(handle), {"sub/file": ("done", None), "above": no, "there": no, "sub/deep": no})
                self.assertEqual(modes_and_times(self.out).keys(), {"sub/file", "sub/old"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
