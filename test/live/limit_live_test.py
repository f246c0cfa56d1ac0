#!/usr/bin/env python3
"""Limits on real servers: what one leaves room for moves, the rest waits and says why.

  limit_live_test.py BIN_FOLDER
"""

import json
import unittest

from on_service import MIB, OnService


class Limits(OnService):
    def rft(self, *arguments):
        done = self.run_rft(arguments)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_a_link_that_admits_one_moves_one_after_the_other(self):
        link = [self.bed.url("near"), self.bed.url("far")]
        source = self.bed.make_file(self.handle, 16 * MIB)
        handles = [f"{self.handle}-{number}" for number in range(4)]
        self.rft("limit", "set", *link, "--transfers", "0")
        for handle in handles:
            self.service.copy(handle, f"{link[0]}{source}", f"{link[1]}{self.bed.folder}/{handle}")
        for number, handle in enumerate(handles):
            why = json.loads(self.rft("why", handle, "--json"))
            self.assertEqual((why["status"], why["hold"], why["ahead"]), ("committed", "limit", number), why)
            self.assertIn(f"link {link[0]} -> {link[1]} admits nothing at this time", why["sentence"])

        self.rft("limit", "set", *link, "--transfers", "1")
        tries = []
        for handle in handles:
            self.service.await_status(handle, ["done"])
            tries += self.service.history(handle)["attempts"]
        tries.sort(key=lambda one: one["started_at"])
        self.assertEqual(len(tries), len(handles))
        for earlier, later in zip(tries, tries[1:]):
            self.assertLessEqual(earlier["ended_at"], later["started_at"], "two at once")

        self.assertIn("transfers=1", self.rft("limit", "ls"))
        self.rft("limit", "rm", *link)
        self.assertEqual(self.rft("limit", "ls"), "")


if __name__ == "__main__":
    unittest.main(verbosity=2)
