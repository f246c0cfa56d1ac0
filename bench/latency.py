"""How soon the next command reaches a server: after a commit on an idle service, and after a slot became free.

usage: latency.py BIN_FOLDER [RUNS [WAITING [LINKS]]]

Files of 1 KiB over anonymous ftp://, sessions warm. The control connections of both sides go through relays of this program,
which note when commands and replies come by. `commit`: from sending the commit over the Unix socket to the first command, each
transfer done before the next is committed. `slot`: WAITING files (default 1,000,000 over 1,000 links) wait for servers that are
down; RUNS transfers are committed while no more than one may move, and the time runs from the last reply to one to the first
command of the next. Beside it what an fdatasync of 4 KiB takes on the same disk. Prints tables in Markdown.
"""

import os
import selectors
import socket
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "testbed"))
from long_queue import fill  # noqa: E402
from service import Service, Testbed, until  # noqa: E402

COMMIT_TARGET, SLOT_TARGET = 20, 20  # ms: p50; p99 beyond an fsync
WARM_UP = 3
ENDED = "?end_within=10000"


class Relay:
    """Passes connections on to a server. `seen`: when pieces of commands and of replies came by, and what they were."""

    def __init__(self, url, seen):
        parts = urllib.parse.urlsplit(url)
        self.server, self.seen = (parts.hostname, parts.port), seen
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"ftp://127.0.0.1:{self.listener.getsockname()[1]}"
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ, None)
        threading.Thread(target=self.work, daemon=True).start()

    def work(self):
        while True:
            for key, _ in self.selector.select():
                if key.data is None:
                    self.accept()
                else:
                    self.pass_on(key.fileobj, *key.data)

    def accept(self):
        client, _ = self.listener.accept()
        server = socket.create_connection(self.server)
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.selector.register(client, selectors.EVENT_READ, (server, True))
        self.selector.register(server, selectors.EVENT_READ, (client, False))

    def pass_on(self, one, other, is_client):
        piece = one.recv(65536)
        self.seen.append((time.perf_counter(), is_client, piece))
        if piece:
            other.sendall(piece)
            return
        for end in (one, other):
            self.selector.unregister(end)
            end.close()


class Bench:
    def __init__(self, bin_folder):
        self.bed, self.seen, self.count = Testbed(), [], 0
        for name in ("one", "two"):
            self.bed.bed("start", name, "--anon")
        source, destination = (Relay(self.bed.url(name), self.seen).url for name in ("one", "two"))
        self.link = urllib.parse.quote(f"{source}->{destination}", safe="")
        self.source, self.destination = source + self.bed.make_file("file", 1024), destination + self.bed.folder
        self.service = Service(bin_folder, self.bed.on_disk("state"), self.bed.environment())
        self.service.start()

    def close(self):
        self.service.stop()
        self.bed.destroy()

    def submit(self):
        self.count += 1
        handle = f"h{self.count}"
        self.service.request("POST", "/v1/transfers", {"handle": handle, "source": self.source,
                                                       "destination": f"{self.destination}/{handle}"})
        return handle

    def finish(self, handle):
        until(lambda: self.service.request("GET", f"/v1/transfers/{handle}/status{ENDED}")[1]["status"] in ("done", "failed"),
              60, f"{handle} did not end")
        if self.service.record(handle)["status"] != "done":
            raise RuntimeError(self.service.record(handle))

    def after_commit(self):
        """Milliseconds."""
        handle = self.submit()
        self.seen.clear()
        begun = time.perf_counter()
        self.service.request("POST", f"/v1/transfers/{handle}/commit")
        self.finish(handle)
        return (next(at for at, is_client, piece in self.seen if is_client and piece) - begun) * 1000

    def after_slots(self, runs):
        """Milliseconds of each time that one transfer made room for the next."""
        status, reply = self.service.request("PUT", f"/v1/limits/{self.link}", {"transfers": 1})
        if status != 200:
            raise RuntimeError(reply)
        handles = [self.submit() for _ in range(runs + 1)]
        self.seen.clear()
        for handle in handles:
            self.service.request("POST", f"/v1/transfers/{handle}/commit")
        for handle in handles:
            self.finish(handle)
        first = f"MLST {urllib.parse.urlsplit(self.source).path}".encode()
        seen = sorted(self.seen)
        begins = [n for n, (_, _, piece) in enumerate(seen) if piece.startswith(first)]
        took = [(seen[n][0] - seen[n - 1][0]) * 1000 for n in begins[1:]]
        if len(took) != runs:
            raise RuntimeError(f"{len(took)} slots of {runs} were seen")
        return took

    def after_fsync(self, runs):
        """Milliseconds of an fdatasync on the disk of the database."""
        took = []
        with open(self.bed.on_disk("synced"), "wb", buffering=0) as file:
            for _ in range(runs):
                file.write(bytes(4096))
                begun = time.perf_counter()
                os.fdatasync(file.fileno())
                took.append((time.perf_counter() - begun) * 1000)
        return took


def percentile(took, percent):
    return sorted(took)[min(len(took) * percent // 100, len(took) - 1)]


def row(what, took, target):
    print(f"| {what} | {len(took)} | {percentile(took, 50):.1f} ms | {percentile(took, 99):.1f} ms | {target} |", flush=True)


def main(arguments):
    if not arguments or not os.path.isdir(arguments[0]):
        return __doc__
    runs, waiting, links = (int(given) if given else usual
                            for given, usual in zip((arguments[1:] + [None] * 3)[:3], (200, 1_000_000, 1000)))
    bench = Bench(arguments[0])
    try:
        print("| to the next command | runs | p50 | p99 | target |\n|---|---|---|---|---|")
        took = [bench.after_commit() for _ in range(runs + WARM_UP)][WARM_UP:]
        row("from a commit, idle service", took, f"p50 {COMMIT_TARGET} ms: {'met' if percentile(took, 50) <= COMMIT_TARGET else 'MISSED'}")
        fill(bench.service, waiting, links)
        bench.after_commit()
        took, sync = bench.after_slots(runs), bench.after_fsync(runs)
        most = SLOT_TARGET + percentile(sync, 99)
        row(f"from a free slot, {waiting:,} files waiting", took,
            f"p99 {most:.0f} ms: {'met' if percentile(took, 99) <= most else 'MISSED'}")
        row("(an fdatasync of 4 KiB)", sync, "")
    finally:
        bench.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
