"""Reads the sources: the dependency rule of docs/architecture.md, what pure rooms may not name, how long files may be."""

import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MAY_INCLUDE = {
    "base": {"base"},
    "wire": {"base", "wire"},
    "receipt": {"base", "receipt"},
    "core": {"base", "wire", "core"},
    "engine": {"base", "wire", "core", "engine"},
    "ftp": {"base", "ftp"},
    "gsi": {"base", "ftp", "gsi"},
    "vault": {"base", "gsi", "vault"},
    "mover": {"base", "wire", "ftp", "gsi", "vault", "mover"},
    "store": {"base", "wire", "core", "engine", "store"},
    "api": {"base", "wire", "core", "engine", "receipt", "api"},
    "client": {"base", "client"},
    "cli": {"base", "client", "receipt", "cli"},
    "daemon": {"base", "wire", "core", "engine", "store", "api", "gsi", "vault", "receipt", "daemon"},
}
PURE = {"base", "wire", "receipt", "core", "ftp"}  # no I/O, no clock, no threads
IMPURE = re.compile(r"#include <(thread|mutex|fstream|iostream|random|sys/.*|unistd\.h|boost/asio.*)>|::now\(\)")
LINES_MAX = 600


def sources():
    listed = subprocess.run(["git", "ls-files", "src"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split() if name.endswith((".cc", ".h"))]


class Tidy(unittest.TestCase):
    def test_each_room_includes_only_what_stands_below_it(self):
        for path in sources():
            room = path.relative_to(ROOT / "src").parts[0]
            is_test = path.stem.endswith(("_test", "_for_tests"))
            for target in re.findall(r'#include "([a-z_]+)/', path.read_text()):
                if target in MAY_INCLUDE and not is_test:
                    self.assertIn(target, MAY_INCLUDE[room], f"{path.relative_to(ROOT)} includes {target}/")

    def test_pure_rooms_name_no_clock_thread_or_file(self):
        for path in sources():
            if path.relative_to(ROOT / "src").parts[0] in PURE:
                found = IMPURE.search(path.read_text())
                self.assertIsNone(found, f"{path.relative_to(ROOT)} names {found and found.group(0)}")

    def test_no_file_is_too_long_to_be_one_room(self):
        for path in sources():
            self.assertLessEqual(len(path.read_text().splitlines()), LINES_MAX, path.relative_to(ROOT))

    def test_no_unfinished_work_is_named(self):
        listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
        unfinished = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
        for name in listed:
            path = ROOT / name
            if path.suffix in (".cc", ".h", ".py", ".md", ".sql", ".txt") and path.is_file():
                found = unfinished.search(path.read_text(errors="replace"))
                self.assertIsNone(found, f"{name} says {found and found.group(0)}")

    def test_what_the_documents_point_at_is_there(self):
        listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
        tops = {path.name for path in ROOT.iterdir()}
        for name in listed.stdout.split():
            text = (ROOT / name).read_text()
            for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
                self.assertTrue((ROOT / name).parent.joinpath(target).exists(), f"{name} links to {target}")
            for target in re.findall(r"`([\w./-]+/[\w./-]*)`", text):
                if target.split("/")[0] in tops - {"build"}:
                    self.assertTrue((ROOT / target).exists(), f"{name} names {target}")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
