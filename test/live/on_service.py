"""What live tests share: a service, two anonymous GCT servers, near and far, and trees to move between them."""

import json
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "testbed"))
from service import Service, Testbed, until  # noqa: E402, F401

BIN = os.path.abspath(sys.argv.pop(1))
MIB = 1 << 20


def write(path, content=b"content"):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


class OnService(unittest.TestCase):
    """One testbed for all tests of a class; each test has a handle of its own."""

    @classmethod
    def setUpClass(cls):
        cls.bed = Testbed()
        cls.bed.bed("start", "near", "--anon")
        cls.bed.bed("start", "far", "--anon")
        cls.service = Service(BIN, f"{cls.bed.folder}/state", cls.bed.environment())
        cls.service.start()

    @classmethod
    def tearDownClass(cls):
        cls.service.stop()
        cls.bed.destroy()

    def setUp(self):
        self.handle = self.id().rsplit(".", 1)[-1].replace("test_", "")[:60]

    def run_rft(self, words, stdin=""):
        return subprocess.run([f"{BIN}/rft", "--server", f"unix:{self.service.socket}", *words], input=stdin, capture_output=True,
                              text=True, timeout=120, env=self.service.environment)


class OnTrees(OnService):
    """Trees from a GCT server to another, and to proftpd; each test has folders of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bed.bed("start", "pro", "--kind", "proftpd", "--anon")

    def setUp(self):
        super().setUp()
        self.source, self.out = (f"{self.bed.folder}/{self.handle}-{end}" for end in ("from", "to"))
        os.makedirs(self.source)

    def as_nobody(self):
        """A server that may not read everything."""
        if os.getuid() != 0:
            self.skipTest("needs root")
        os.chmod(self.bed.folder, 0o755)
        self.bed.bed("start", "nobody", "--anon", "--user", "nobody")
        self.addCleanup(lambda: self.bed.bed("stop", "nobody"))

    def rft(self, *words, stdin=""):
        done = self.run_rft(words, stdin)
        return done.returncode, done.stdout, done.stderr

    def copy(self, handle, *options, near="near", far="far"):
        return self.rft("copy", "-r", f"{self.bed.url(near)}{self.source}/", f"{self.bed.url(far)}{self.out}/",
                        "--handle", handle, *options)

    def files(self, handle, end="source", server="near"):
        """What became of each, by its name below the source, or below the destination on `server`."""
        lines = self.rft("ls", handle, "--files", "--json")[1].splitlines()
        below = len(f"{self.bed.url(server)}{self.source if end == 'source' else self.out}/")
        return {record[end][below:]: record for record in map(json.loads, lines)}
