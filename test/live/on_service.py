"""What live tests of the command line share: a service, and two anonymous GCT servers, near and far."""

import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "testbed"))
from service import Service, Testbed, until  # noqa: E402, F401

BIN = os.path.abspath(sys.argv.pop(1))
MIB = 1 << 20


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
