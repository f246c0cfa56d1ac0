"""One file of 2 GiB over GSI on loopback, and 20 files of 512 MiB, verified, against globus-url-copy and the machine's best.

usage: large.py BIN_FOLDER [SIZE_MIB [FILES FILE_MIB]]

globus-url-copy is tried with -p 1 and -p 4 first, three times each; the better one is the peer. Then peer, RFT unverified
(verify=none, publish=in_place, all else default) and RFT verified (default settings) take turns until the 95 % interval of
the median ratio of the first two is within 3 % (5 to 30 rounds). The time of a checksum is that of the slower server's own
CKSM of the same file. The best for 20 files is what the CPUs allow: the CPU time of the whole machine for moving them with
the peer's setting and for a CKSM of each on both sides, shared by all cores; never less than the moving alone took. Their
sources are links to one file, so that all fits into memory. Every destination is compared with its source. Prints Markdown.
"""

import ftplib
import os
import random
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "testbed"))
from service import Service, Testbed, until  # noqa: E402

PEER = "globus-url-copy"
BARE = {"verify": "none", "publish": "in_place"}
ROUNDS_LEAST, ROUNDS_MOST = 5, 30
INTERVAL = 0.03
TARGETS = {"unverified": 0.97, "checksum": 1.1, "many": 0.9}


def machine_cpu_seconds():
    """Of all cores, but for idling and waiting."""
    with open("/proc/stat", encoding="ascii") as stat:
        fields = [int(field) for field in stat.readline().split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")


def median_interval(ratios):
    """95 % of the medians of 2,000 samples drawn from the ratios."""
    drawn = random.Random(1)
    medians = sorted(statistics.median(drawn.choices(ratios, k=len(ratios))) for _ in range(2000))
    return medians[50], medians[1949]


class Bench:
    def __init__(self, bin_folder):
        self.bed, self.count = Testbed(), 0
        for name, *how in (("one",), ("two",), ("plain1", "--anon"), ("plain2", "--anon")):
            self.bed.bed("start", name, *how)
        self.environment = {**os.environ, **self.bed.environment()}
        self.url = {name: self.bed.url(name) for name in ("one", "two", "plain1", "plain2")}
        self.service = Service(bin_folder, self.bed.on_disk("state"), self.bed.environment())
        self.service.start()
        self.service.hand_over(self.environment["X509_USER_PROXY"])

    def close(self):
        self.service.stop()
        self.bed.destroy()

    def new_name(self):
        self.count += 1
        return f"{self.bed.folder}/out{self.count}"

    def check(self, source, target):
        if subprocess.run(["cmp", source, target], timeout=300).returncode != 0:
            raise RuntimeError(f"{target} is not {source}")
        os.remove(target)

    def peer(self, pairs, streams):
        listing = f"{self.bed.folder}/list"
        with open(listing, "w", encoding="ascii") as file:
            file.writelines(f"{self.url['one']}{source} {self.url['two']}{target}\n" for source, target in pairs)
        begun = time.monotonic()
        done = subprocess.run([PEER, "-fast", "-p", str(streams), "-f", listing], env=self.environment, capture_output=True,
                              text=True, timeout=600)
        taken = time.monotonic() - begun
        if done.returncode != 0:
            raise RuntimeError(f"{PEER}: {done.stderr}")
        return taken

    def peer_one(self, source, streams):
        target = self.new_name()
        taken = self.peer([(source, target)], streams)
        self.check(source, target)
        return taken

    def ours(self, pairs, options):
        handles, begun = [], time.monotonic()
        for source, target in pairs:
            handles.append(f"h{len(handles)}-{self.new_name().rsplit('out', 1)[1]}")
            self.service.copy(handles[-1], self.url["one"] + source, self.url["two"] + target, **options)
        for handle in handles:
            until(lambda: self.service.request("GET", f"/v1/transfers/{handle}/status?end_within=10000")[1]["status"]
                  in ("done", "failed"), 600, f"{handle} does not end")
        taken = time.monotonic() - begun
        records = [self.service.record(handle) for handle in handles]
        for record in records:
            if record["status"] != "done":
                raise RuntimeError(f"{record}")
        return taken, records[0]["checksum"]

    def ours_one(self, source, options):
        target = self.new_name()
        taken, checksum = self.ours([(source, target)], options)
        self.check(source, target)
        return taken, checksum

    def checksum_seconds(self, server, paths, algorithm):
        address = urllib.parse.urlsplit(self.url[server])
        with ftplib.FTP(timeout=600) as ftp:
            ftp.connect(address.hostname, address.port)
            ftp.login()
            begun = time.monotonic()
            for path in paths:
                ftp.voidcmd(f"CKSM {algorithm} 0 -1 {path}")
            return time.monotonic() - begun


def one_file(bench, mib):
    source = bench.bed.make_file("large", mib << 20)
    trial = {streams: statistics.median(bench.peer_one(source, streams) for _ in range(3)) for streams in (1, 4)}
    streams = min(trial, key=trial.get)
    bench.ours_one(source, BARE)  # the mover is started
    peer, bare, verified, ratios, algorithm = [], [], [], [], None
    while len(ratios) < ROUNDS_MOST:
        peer.append(bench.peer_one(source, streams))
        bare.append(bench.ours_one(source, BARE)[0])
        seconds, checksum = bench.ours_one(source, {})
        verified.append(seconds)
        algorithm = checksum["algorithm"]
        ratios.append(peer[-1] / bare[-1])
        low, high = median_interval(ratios)
        if len(ratios) >= ROUNDS_LEAST and max(high / statistics.median(ratios) - 1, 1 - low / statistics.median(ratios)) <= INTERVAL:
            break
    servers = ("plain1", "plain2")
    checksum = max(statistics.median(bench.checksum_seconds(server, [source], algorithm) for _ in range(3)) for server in servers)
    extra = statistics.median(both - one for both, one in zip(verified, bare)) / checksum
    print(f"| {mib} MiB, GSI | rounds | median | |\n|---|---|---|---|")
    print(f"| {PEER} -fast -p {streams} (-p 1: {trial[1]:.2f} s, -p 4: {trial[4]:.2f} s in the trial) | {len(peer)} "
          f"| {statistics.median(peer):.2f} s | |")
    print(f"| unverified | {len(bare)} | {statistics.median(bare):.2f} s | {statistics.median(ratios):.3f} of the peer's rate, "
          f"95 % {low:.3f} to {high:.3f} (target {TARGETS['unverified']}) |")
    print(f"| verified ({algorithm}) | {len(verified)} | {statistics.median(verified):.2f} s | {extra:.2f} CKSM more than unverified "
          f"(target {TARGETS['checksum']}; one CKSM takes {checksum:.2f} s) |", flush=True)
    os.remove(source)
    return streams, algorithm


def many_files(bench, count, mib, streams, algorithm):
    first = bench.bed.make_file("part", mib << 20)
    sources = [first] + [f"{first}-{n}" for n in range(1, count)]
    for source in sources[1:]:
        os.link(first, source)

    def pairs():
        return [(source, bench.new_name()) for source in sources]

    def finish(moved):
        for source, target in moved:
            bench.check(source, target)

    best, ours = [], []
    for _ in range(3):
        moved = pairs()
        cpu, taken = machine_cpu_seconds(), bench.peer(moved, streams)
        sides = [threading.Thread(target=bench.checksum_seconds, args=(server, paths, algorithm))
                 for server, paths in (("plain1", sources), ("plain2", [target for _, target in moved]))]
        for side in sides:
            side.start()
        for side in sides:
            side.join()
        cpu = machine_cpu_seconds() - cpu
        finish(moved)
        best.append(max(taken, cpu / os.cpu_count()))
        moved = pairs()
        ours.append(bench.ours(moved, {})[0])
        finish(moved)
    ratio = statistics.median(one / other for one, other in zip(best, ours))
    print(f"\n| {count} files of {mib} MiB, GSI, verified | rounds | median | of the best |\n|---|---|---|---|")
    print(f"| the best that the CPUs allow | {len(best)} | {statistics.median(best):.2f} s | |")
    print(f"| RFT | {len(ours)} | {statistics.median(ours):.2f} s | {ratio:.2f} (target {TARGETS['many']}) |", flush=True)


def main(arguments):
    if not arguments or not os.path.isdir(arguments[0]):
        return __doc__
    mib, count, each = (int(given) if given else usual
                        for given, usual in zip((arguments[1:] + [None] * 3)[:3], (2048, 20, 512)))
    bench = Bench(arguments[0])
    try:
        streams, algorithm = one_file(bench, mib)
        many_files(bench, count, each, streams, algorithm)
    finally:
        bench.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
