#!/usr/bin/env python3
"""What a destination has more than its source, deleted on real servers (--delete-extra).

  delete_extra_live_test.py BIN_FOLDER [DeleteExtra ...]
"""

import json
import os
import unittest

from on_service import OnTrees, until, write

PART_NAME = ".rft-AAAAAAAAAAAAAAAAAAAAAA-1"  # of some transfer of ours


def tree(folder):
    """All that stands in it: paths of files, links and folders; the latter end with '/'."""
    seen = set()
    for path, folders, names in os.walk(folder):
        below = os.path.relpath(path, folder)
        seen |= {os.path.normpath(os.path.join(below, name)) for name in names}
        seen |= {os.path.normpath(os.path.join(below, name)) + ("" if os.path.islink(os.path.join(path, name)) else "/")
                 for name in folders}
    return seen


class DeleteExtra(OnTrees):
    def setUp(self):
        super().setUp()
        self.outside = f"{self.bed.folder}/{self.handle}-outside"
        for name in ("one", "a/two", "a/b/three"):
            write(f"{self.source}/{name}", name.encode())

    def copy(self, handle, *options, near="near", far="far"):
        return super().copy(handle, "--delete-extra", *options, near=near, far=far)

    def statuses(self, handle):
        return {name: record["status"] for name, record in self.files(handle, "destination", "far").items()}

    def make_extras(self):
        for name in ("extra", "a/extra", "old/er/1", "old/er/2", "mixed/gone", f"old-part/{PART_NAME}", "one"):
            write(f"{self.out}/{name}")
        os.makedirs(f"{self.out}/empty")
        write(f"{self.outside}/kept")
        os.symlink(f"{self.outside}", f"{self.out}/link-to-folder")
        os.symlink(f"{self.outside}/kept", f"{self.out}/mixed/link-to-file")
        os.symlink(f"{self.outside}/nowhere", f"{self.out}/mixed/broken")

    def test_what_the_source_has_not_goes_and_nothing_else(self):
        self.make_extras()
        before = tree(self.out)
        code, out, err = self.copy(f"{self.handle}-plan", "--dry-run", "--existing", "overwrite")
        self.assertEqual((code, tree(self.out)), (0, before), out + err)
        self.assertRegex(out, r"dry run: 3 files, .* would be moved; [5-6] would be deleted")
        code, out, err = self.copy(self.handle, "--yes", "--existing", "overwrite")
        self.assertEqual(code, 0, out + err)
        there = tree(self.out)
        for name in ("one", "a/two", "a/b/three"):
            with open(f"{self.out}/{name}", "rb") as file:
                self.assertEqual(file.read(), name.encode())
        self.assertFalse(there & {"extra", "a/extra", "old/er/1", "old/er/2", "old/er/", "old/", "mixed/gone"}, there)
        self.assertTrue({"empty/", "link-to-folder", f"old-part/{PART_NAME}"} <= there, there)
        self.assertEqual(tree(self.outside), {"kept"}, "a link was followed")
        became = self.statuses(self.handle)
        self.assertEqual(became["extra"], "deleted")
        self.assertEqual(became["link-to-folder"], "skipped", "links are left, and told")
        foreseen = {name for name, status in self.statuses(f"{self.handle}-plan").items() if status == "would_delete"}
        self.assertEqual(foreseen, {name for name, status in became.items() if status == "deleted"})
        record = json.loads(self.rft("list", self.handle, "--json")[1])
        self.assertEqual(record["files"]["deleted"], len(foreseen))
        self.assertIn("deleted now", self.rft("history", self.handle)[1])

    def test_on_proftpd_too(self):
        self.make_extras()
        code, out, err = self.copy(self.handle, "--yes", "--existing", "overwrite", far="pro")
        self.assertEqual(code, 0, out + err)
        there = tree(self.out)
        self.assertFalse(there & {"extra", "a/extra", "old/er/1", "old/", "mixed/gone"}, there)
        self.assertTrue({"one", "a/b/three", "empty/"} <= there, there)
        self.assertEqual(tree(self.outside), {"kept"}, "a link was followed")

    def test_only_what_the_patterns_choose_may_be_extra(self):
        for name in ("x.dat", "x.log", "keep/y.dat"):
            write(f"{self.out}/{name}")
        write(f"{self.source}/z.dat")
        code, out, err = self.copy(self.handle, "--yes", "--include", "*.dat", "--exclude", "keep/")
        self.assertEqual(code, 0, out + err)
        self.assertEqual(tree(self.out), {"z.dat", "x.log", "keep/", "keep/y.dat"})

    def test_without_a_word_that_confirms_it_nothing_is_even_asked_for(self):
        code, out, err = self.copy(self.handle)
        self.assertEqual(code, 2)
        self.assertIn("give --dry-run to see which, or --yes", err)
        self.assertEqual(self.rft("status", self.handle)[0], 3)

    def test_a_source_that_is_not_listed_whole_keeps_all(self):
        self.as_nobody()
        write(f"{self.out}/extra")
        write(f"{self.source}/closed/x")
        write(f"{self.out}/closed/x", b"is at the source, and not seen there")
        os.chmod(f"{self.source}/closed", 0)
        before = tree(self.out)
        code, out, err = self.copy(self.handle, "--yes", near="nobody")
        self.assertEqual(code, 1, out + err)
        self.assertTrue(before <= tree(self.out), "something was deleted")
        self.assertIn("the server does not permit it", out + err)
        os.chmod(f"{self.source}/closed", 0o755)

    def test_a_destination_that_is_not_listed_whole_keeps_all_and_a_retry_ends_it(self):
        self.as_nobody()
        write(f"{self.out}/extra")
        write(f"{self.out}/closed/x")
        os.chmod(f"{self.out}/closed", 0)
        for path, _, _ in os.walk(self.out):
            os.chown(path, 65534, 65534)
        code, out, err = self.copy(self.handle, "--yes", far="nobody")
        self.assertEqual(code, 1, out + err)
        self.assertTrue({"extra", "closed/x", "one"} <= tree(self.out), "something was deleted")
        os.chmod(f"{self.out}/closed", 0o755)
        self.rft("retry", self.handle)
        self.service.await_status(self.handle, ["done"], 60)
        self.assertEqual(tree(self.out), tree(self.source))

    def mirror(self, name, far="far"):
        """From a host of another name: on one host no link is followed."""
        near = self.bed.url("near").replace("127.0.0.1", "localhost")
        return self.rft("copy", "-r", f"{near}{self.source}/", f"{self.bed.url(far)}{self.out}/", "--handle",
                        f"{self.handle}-{name}-{far}", "--delete-extra", "--yes", "--existing", "overwrite")

    def test_below_a_link_that_was_followed_what_the_source_has_stays_and_the_rest_goes(self):
        write(f"{self.outside}/in/kept", b"by way of the link")
        write(f"{self.bed.folder}/{self.handle}-beyond/far", b"not of this tree")
        os.symlink(f"{self.outside}/in", f"{self.source}/l")
        os.symlink(f"{self.outside}/in", f"{self.source}/m")
        for far in ("far", "pro"):
            with self.subTest(far=far):
                write(f"{self.out}/l/extra")
                write(f"{self.out}/l/old/extra")
                if not os.path.lexists(f"{self.out}/m"):
                    os.symlink(f"{self.bed.folder}/{self.handle}-beyond", f"{self.out}/m")
                code, out, err = self.mirror("followed", far)
                self.assertEqual(code, 0, out + err)
                self.assertEqual(tree(f"{self.out}/l"), {"kept"})
                self.assertTrue(os.path.islink(f"{self.out}/m"), "a link at the destination is left")
                self.assertEqual(tree(f"{self.bed.folder}/{self.handle}-beyond"), {"far", "kept"})

    def test_where_a_link_is_not_followed_nothing_is_deleted(self):
        write(f"{self.out}/extra")
        write(f"{self.out}/a/up/old")
        os.symlink("..", f"{self.source}/a/up")
        code, out, err = self.mirror("loop")
        self.assertEqual(code, 1, out + err)
        self.assertTrue({"extra", "a/up/old", "one"} <= tree(self.out), "something was deleted")

    def test_on_one_host_no_link_is_followed_for_it_may_lead_to_what_is_deleted(self):
        write(f"{self.out}/sub/extra")
        os.symlink(f"{self.out}/sub", f"{self.source}/l")
        os.symlink(f"{self.out}/sub/extra", f"{self.source}/f")
        code, out, err = self.copy(self.handle, "--yes")
        self.assertEqual(code, 1, out + err)
        self.assertIn("source and destination are on one host", out + err)
        self.assertIn("sub/extra", tree(self.out))
        code, out, err = self.copy(f"{self.handle}-skip", "--yes", "--links", "skip")
        self.assertEqual(code, 0, out + err)
        self.assertNotIn("sub/extra", tree(self.out))

    def test_no_server_is_led_out_of_the_destination_by_a_link(self):
        self.bed.bed("start", "hides", "--kind", "proftpd", "--anon", "--show-symlinks", "off")
        self.addCleanup(lambda: self.bed.bed("stop", "hides"))
        write(f"{self.outside}/kept")
        os.makedirs(self.out)
        os.symlink(self.outside, f"{self.out}/link")
        for far in ("far", "pro", "hides"):
            with self.subTest(far=far):
                write(f"{self.out}/extra")
                code, out, err = self.mirror("led", far)
                self.assertEqual(code, 0, out + err)
                self.assertEqual(tree(self.outside), {"kept"})
                self.assertEqual(tree(self.out), tree(self.source) | {"link"})

    def test_deleting_goes_on_after_a_crash(self):
        count = 6000
        for number in range(count):
            write(f"{self.out}/old/{number % 7}/{number}")
        code, out, err = self.copy(self.handle, "--yes", "--no-wait")
        self.assertEqual(code, 0, out + err)
        left = lambda: sum(len(names) for _, _, names in os.walk(f"{self.out}/old"))  # noqa: E731
        until(lambda: left() < count, 60, "nothing is deleted")
        self.service.crash()
        self.assertGreater(left(), 0, "it was over before the crash")
        self.service.start()
        record = self.service.await_status(self.handle, ["done"], 120)
        self.assertEqual((record["files"]["done"], record["files"]["deleted"]), (3, count))
        self.assertEqual(tree(self.out), tree(self.source))


if __name__ == "__main__":
    unittest.main(verbosity=2)
