"""Receipts of what was moved between real servers: taken, checked with other tools than ours, spoilt, and moved again.

usage: receipt_live_test.py BIN_FOLDER [TEST...]
"""

import base64
import hashlib
import json
import os
import random
import stat
import subprocess
import unittest
import zlib

from on_service import MIB, OnService


class Receipts(OnService):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tree = f"{cls.bed.folder}/tree"
        os.makedirs(f"{cls.tree}/sub dir")
        for name, size in (("a", 1000), ("b", 0), ("sub dir/c", 50_000), ("large", 40 * MIB)):  # the last stands alone
            cls.bed.make_file(f"tree/{name}", size)

    def setUp(self):
        super().setUp()
        self.out = f"{self.bed.folder}/out-{self.handle}"
        self.receipt = f"{self.bed.folder}/{self.handle}.jsonl"

    def rft(self, *words, code=0):
        done = self.run_rft(words)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout + done.stderr if code else done.stdout

    def take(self):
        self.rft("copy", "-r", self.bed.url("near") + self.tree, self.bed.url("far") + self.out, "--handle", self.handle)
        self.rft("receipt", self.handle, "--out", self.receipt)
        with open(self.receipt, "rb") as file:
            return file.readlines()

    def test_of_a_tree_tells_of_every_file_and_is_good_under_the_services_key(self):
        lines = [json.loads(line) for line in self.take()]
        self.assertEqual(lines[0]["request"]["status"], "done")
        self.assertEqual([line["n"] for line in lines[1:-1]], [1, 2, 3, 4])
        for line in lines[1:-1]:
            path = self.tree + "/" + line["source"].split("/tree/")[1].replace("%20", " ")
            with open(path, "rb") as file:
                data = file.read()
            self.assertEqual((line["status"], line["verdict"], line["size"]), ("done", "verified", len(data)))
            self.assertEqual(line["checksum"].lower(), f"adler32:{zlib.adler32(data):08x}")
            self.assertEqual(line["attempts"], 1)
            self.assertLessEqual(line["started_at"], line["finished_at"])
        self.assertEqual(lines[-1]["bytes_done"], 51_000 + 40 * MIB)
        key = json.loads(self.rft("service", "key", "--json"))["fingerprint"]
        self.assertIn("good: 4 files", self.rft("verify-receipt", self.receipt, "--key", key))
        self.assertIn("a foreign key", self.rft("verify-receipt", self.receipt, "--key", 64 * "0", code=1))

    def test_is_what_its_document_says_for_openssl_too(self):
        lines = self.take()
        for before, line in zip(lines, lines[1:]):
            self.assertEqual(json.loads(line)["previous"], hashlib.sha256(before).hexdigest())
        key = json.loads(lines[0])["public_key"]
        self.assertEqual(hashlib.sha256(base64.b64decode(key)).hexdigest(), json.loads(lines[0])["fingerprint"])
        files = {"pem": self.rft("service", "key").split("\n", 1)[1].encode(), "sealed": lines[-1].split(b',"signature":')[0],
                 "signature": base64.b64decode(json.loads(lines[-1])["signature"])}
        for name, data in files.items():
            with open(f"{self.bed.folder}/{name}", "wb") as file:
                file.write(data)
        done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "pem", "-rawin", "-in", "sealed",
                               "-sigfile", "signature"], cwd=self.bed.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_one_byte_that_was_changed_is_found(self):
        lines = self.take()
        draw = random.Random(7)
        for number, line in enumerate(lines):
            at = draw.randrange(len(line))
            spoilt = bytearray(line)
            spoilt[at] ^= 1 << draw.randrange(7)
            with open(self.receipt, "wb") as file:
                file.writelines([*lines[:number], bytes(spoilt), *lines[number + 1:]])
            told = self.rft("verify-receipt", self.receipt, code=1)
            self.assertRegex(told, rf"not good: line ({number + 1}|{number + 2}): ", f"byte {at} of {line!r}")

    def test_against_the_destination_tells_what_is_not_there_any_more_as_it_was(self):
        self.take()
        os.rename(self.tree, f"{self.tree}.away")  # no source is needed
        try:
            self.assertIn("done: ", self.rft("verify-receipt", self.receipt, "--against"))
            os.remove(f"{self.out}/a")
            with open(f"{self.out}/sub dir/c", "r+b") as file:
                file.write(b"other")
            with open(f"{self.out}/large", "ab") as file:
                file.write(b"x")
            told = self.rft("verify-receipt", self.receipt, "--against", code=1)
        finally:
            os.rename(f"{self.tree}.away", self.tree)
        for name, fault in (("a", "no_such_file"), ("sub%20dir/c", "not_as_recorded"), ("large", "not_as_recorded")):
            self.assertRegex(told, rf"failed .*{self.out}/{name} .*{fault}")
        self.assertNotIn(f"{self.out}/b ", told)

    def test_the_key_outlives_the_daemon_and_is_nobody_elses_to_read(self):
        before = self.rft("service", "key")
        self.service.kill()
        self.service.start()
        self.assertEqual(self.rft("service", "key"), before)
        self.assertEqual(stat.S_IMODE(os.stat(f"{self.service.state}/service.key").st_mode), 0o600)

    def test_as_a_list_moves_the_same_files_again_and_holds_their_checksums_against_them(self):
        self.take()
        os.remove(f"{self.out}/a")
        with open(f"{self.out}/sub dir/c", "r+b") as file:
            file.write(b"other")
        self.rft("copy", "--from", self.receipt, "--handle", f"{self.handle}2", code=1)
        again = {}
        for line in self.rft("ls", f"{self.handle}2", "--files", "--json").splitlines():
            file = json.loads(line)
            fate = file["fault"]["code"] if file["fault"] else "adopted" if file["adopted"] else file["status"]
            again[file["destination"].split(f"{self.out}/")[1]] = fate
        self.assertEqual(again, {"a": "done", "b": "adopted", "large": "adopted", "sub%20dir/c": "destination_exists"})
        with open(f"{self.tree}/a", "rb") as one, open(f"{self.out}/a", "rb") as other:
            self.assertEqual(one.read(), other.read())


if __name__ == "__main__":
    unittest.main(verbosity=2)
