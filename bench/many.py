"""5,000 files of 1 KiB: files a second, against the best of globus-url-copy on the same list and servers.

usage: many.py BIN_FOLDER [ROUNDS [FILES]]

In each round, for GSI and for anonymous ftp://, in turn: globus-url-copy -fast -pp with -cc 1, 4 and 8; RFT bare
(verify=none, publish=in_place, existing=overwrite: what globus-url-copy does, and durable); RFT verified (looks, part files,
size and checksum of each, rename); and with GSI the verified one again with 1 file in 100 missing. RFT's time is from the first
byte of its submission to the status that ends it. Each run has a destination folder of its own. The store's cost (targets: at
most 100 commits/s, 0.1 ms CPU a file) is that of /metrics. Prints tables in Markdown.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "testbed"))
from service import Service, Testbed, until  # noqa: E402

SIZE = 1024
PEER = "globus-url-copy"
PEER_LIMIT = 60  # seconds
BARE = {"verify": "none", "publish": "in_place", "existing": "overwrite"}
VERIFIED = {}
TARGETS = {("gsi", "bare"): 1.4, ("gsi", "verified"): 0.9, ("anonymous", "bare"): 1.3, ("anonymous", "verified"): 0.6}
CPU_TARGETS = {"bare": 0.12, "verified": 0.2}  # ms a file


def cpu_seconds(pids):
    ticks = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            ticks += sum(int(field) for field in stat.read().rsplit(")", 1)[1].split()[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


class Bench:
    def __init__(self, bin_folder, files):
        self.bed, self.files, self.run = Testbed(), files, 0
        for name, *how in (("gsi1",), ("gsi2",), ("anonymous1", "--anon"), ("anonymous2", "--anon")):
            self.bed.bed("start", name, *how)
        self.url = {name: self.bed.url(name) for name in ("gsi1", "gsi2", "anonymous1", "anonymous2")}
        self.environment = {**os.environ, **self.bed.environment()}
        self.service = Service(bin_folder, self.bed.on_disk("state"), self.bed.environment())
        self.service.start()
        self.service.hand_over(self.environment["X509_USER_PROXY"])
        self.source = f"{self.bed.folder}/in"
        os.mkdir(self.source)
        for name in self.names():
            with open(f"{self.source}/{name}", "wb") as file:
                file.write(os.urandom(SIZE))

    def folder(self):
        self.run += 1
        path = f"{self.bed.folder}/out{self.run}"
        os.mkdir(path, mode=0o777)
        os.chmod(path, 0o777)
        return path

    def names(self):
        return [f"f{n:06}" for n in range(self.files)]

    def check(self, folder, names):
        for name in names:
            with open(f"{self.source}/{name}", "rb") as one, open(f"{folder}/{name}", "rb") as other:
                if one.read() != other.read():
                    raise RuntimeError(f"{folder}/{name} differs")
        if len(os.listdir(folder)) != len(names):
            raise RuntimeError(f"{folder} holds {len(os.listdir(folder))} names, not {len(names)}")
        shutil.rmtree(folder)

    def peer(self, how, connections):
        folder, listing = self.folder(), f"{self.bed.folder}/list"
        with open(listing, "w", encoding="ascii") as file:
            for name in self.names():
                file.write(f"{self.url[how + '1']}{self.source}/{name} {self.url[how + '2']}{folder}/{name}\n")
        begun = time.monotonic()
        try:
            done = subprocess.run([PEER, "-fast", "-pp", "-cc", str(connections), "-f", listing], env=self.environment,
                                  capture_output=True, text=True, timeout=PEER_LIMIT)
        except subprocess.TimeoutExpired:
            shutil.rmtree(folder)
            return float("inf")
        taken = time.monotonic() - begun
        if done.returncode != 0:
            raise RuntimeError(f"{PEER}: {done.stderr}")
        self.check(folder, self.names())
        return taken

    def ours(self, how, options, missing=False):
        folder, names = self.folder(), self.names()
        handle = f"run{self.run}"
        bad = set(range(0, self.files, 100)) if missing else set()
        lines = "".join(json.dumps({"source": ("missing" if n in bad else "") + name, "destination": name}) + "\n"
                        for n, name in enumerate(names))
        pids, store = [self.service.process.pid, *self.service.movers()], self.store_cost()
        cpu, begun = cpu_seconds(pids), time.monotonic()
        self.must("POST", "/v1/transfers", {"handle": handle, "kind": "list", "options": options,
                                            "source": f"{self.url[how + '1']}{self.source}/",
                                            "destination": f"{self.url[how + '2']}{folder}/"})
        self.service.post_lines(f"/v1/transfers/{handle}/files", lines)
        self.must("POST", f"/v1/transfers/{handle}/commit", {})
        record = self.end_of(handle)
        taken = time.monotonic() - begun
        cpu = cpu_seconds([self.service.process.pid, *self.service.movers()]) - cpu
        commits, store_cpu = (after - before for after, before in zip(self.store_cost(), store))
        counts = record["files"]
        if counts["done"] != self.files - len(bad) or counts["failed"] != len(bad):
            raise RuntimeError(f"{record}")
        self.check(folder, [name for n, name in enumerate(names) if n not in bad])
        return taken, 1000 * cpu / self.files, commits / taken, 1000 * store_cpu / self.files

    def store_cost(self):
        """Commits and seconds of CPU since the service was started."""
        lines = dict(line.rsplit(" ", 1) for line in self.service.request("GET", "/metrics")[1].splitlines() if line[:1] != "#")
        return float(lines["rft_store_commits_total"]), float(lines["rft_store_cpu_seconds_total"])

    def must(self, method, target, body):
        status, reply = self.service.request(method, target, body)
        if status not in (200, 201):
            raise RuntimeError(f"{method} {target}: {reply}")

    def end_of(self, handle):
        until(lambda: self.service.request("GET", f"/v1/transfers/{handle}/status?end_within=10000")[1]["status"]
              in ("done", "failed"), 300, f"{handle} does not end")
        return self.service.record(handle)

    def close(self):
        self.service.stop()
        self.bed.destroy()


def main():
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    files = int(sys.argv[3]) if len(sys.argv) > 3 else 5000
    bench = Bench(sys.argv[1], files)
    taken, costs = {}, {}

    def note(key, seconds, *cost):
        taken.setdefault(key, []).append(seconds)
        if cost:
            costs.setdefault(key, []).append(cost)
        print(f"{key}: {files / seconds:.0f} files/s", file=sys.stderr, flush=True)

    try:
        for how in ("gsi", "anonymous"):  # sessions are opened, the mover is started
            bench.ours(how, VERIFIED)
        for _ in range(rounds):
            for how in ("gsi", "anonymous"):
                for connections in (1, 4, 8):
                    note((how, f"{PEER} -cc {connections}"), bench.peer(how, connections))
                note((how, "bare"), *bench.ours(how, BARE))
                note((how, "verified"), *bench.ours(how, VERIFIED))
            note(("gsi", "verified, 1 % missing"), *bench.ours("gsi", VERIFIED, missing=True))
    finally:
        bench.close()
    report(rounds, files, taken, costs)


def report(rounds, files, taken, costs):
    print(f"| {files} files of 1 KiB | runs | files/s, median | of the peer's best, median of pairs | target | CPU ms a file | target "
          "| commits/s | CPU of the store, ms a file |")
    print("|---|---|---|---|---|---|---|---|---|")
    for key, seconds in taken.items():
        how, what = key
        best = [min(taken[(how, f"{PEER} -cc {c}")][n] for c in (1, 4, 8)) for n in range(rounds)]
        ratio = statistics.median(peer / one for peer, one in zip(best, seconds))
        spent, commits, store = ([statistics.median(cost) for cost in zip(*costs[key])] if key in costs else [None] * 3)
        print(f"| {how}: {what} | {len(seconds)} | {files / statistics.median(seconds):.0f} | {ratio:.2f} "
              f"| {TARGETS.get(key, '')} "
              + (f"| {spent:.2f} | {CPU_TARGETS.get(what, '')} | {commits:.0f} | {store:.3f} |" if spent else "| | | | |"))


if __name__ == "__main__":
    main()
