"""A long queue: how fast a million files are taken in, and what they cost while they wait.

usage: long_queue.py BIN_FOLDER [FILES [LINKS]]

One list of FILES lines is submitted as a stream of JSON lines (one for each million), each line durable when it is answered for. Then FILES
files wait for LINKS servers that are down, a list for each; meanwhile the status of one request is asked over and over,
single files of 1 KiB are moved between two servers that are up, and rftd is killed and started again. The same is done
with 1,000 files first, for comparison. Prints tables in Markdown.
"""

import http.client
import json
import os
import socket
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "testbed"))
from many import cpu_seconds  # noqa: E402
from service import Service, Testbed, until  # noqa: E402

ASKED = 2000  # requests for a status
MOVED = 50  # single files
CHUNK = 10_000  # lines
STREAM = 1_000_000  # lines whose answers fit into a socket: they are read at its end


def lines(first, last):
    for begin in range(first, last, CHUNK):
        numbers = range(begin, min(begin + CHUNK, last))
        yield "".join(json.dumps({"source": f"run{n // 1000:05}/event{n:08}.root",
                                  "destination": f"run{n // 1000:05}/event{n:08}.root"}) + "\n" for n in numbers).encode()


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=300)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def resident(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return max(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def submit(service, handle, link, first, last):
    """As one stream for each STREAM files. Returns what was answered last."""
    port = 1024 + link  # nobody listens there
    status, reply = service.request("POST", "/v1/transfers", {
        "handle": handle, "kind": "list", "source": f"ftp://127.0.0.2:{port}/in/", "destination": f"ftp://127.0.0.3:{port}/out/"})
    if status not in (200, 201):
        raise RuntimeError(reply)
    for begin in range(first, last, STREAM):
        connection = Connection(service.socket)
        connection.request("POST", f"/v1/transfers/{handle}/files", lines(begin, min(begin + STREAM, last)),
                           {"Content-Type": "application/x-ndjson", "Transfer-Encoding": "chunked"}, encode_chunked=True)
        answers = connection.getresponse().read().decode().splitlines()
        connection.close()
        if not answers or '"code"' in answers[-1]:
            raise RuntimeError(f"{handle}: {answers[-1:]}")
    return json.loads(answers[-1])


def fill(service, files, links):
    """They wait for servers that are down."""
    each = files // links
    for link in range(links):
        submit(service, f"link-{link}", link, link * each, (link + 1) * each)
        service.request("POST", f"/v1/transfers/link-{link}/commit")


def ask_status(service, handle):
    """Milliseconds of each request, over one connection."""
    connection, took = Connection(service.socket), []
    for _ in range(ASKED):
        begun = time.perf_counter()
        connection.request("GET", f"/v1/transfers/{handle}/status")
        if connection.getresponse().read()[:1] != b"{":
            raise RuntimeError("no status")
        took.append((time.perf_counter() - begun) * 1000)
    connection.close()
    return sorted(took)


class Queue:
    def __init__(self, bin_folder, files, links):
        self.bed, self.files, self.links = Testbed(), files, links
        for name in ("one", "two"):
            self.bed.bed("start", name, "--anon")
        self.source = self.bed.url("one") + self.bed.make_file("file", 1024)
        self.destination = self.bed.url("two") + self.bed.folder
        self.service = Service(bin_folder, self.bed.on_disk("state"), self.bed.environment())
        self.service.start()
        self.moved = 0

    def close(self):
        self.service.stop()
        self.bed.destroy()

    def move_one(self):
        """Milliseconds from the submission to the status that ends it."""
        self.moved += 1
        handle, begun = f"one-{self.moved}", time.perf_counter()
        self.service.copy(handle, self.source, f"{self.destination}/{handle}")
        status = self.service.request("GET", f"/v1/transfers/{handle}/status?end_within=10000")[1]["status"]
        if status != "done":
            raise RuntimeError(f"{handle} is {status}")
        return (time.perf_counter() - begun) * 1000

    def submission(self):
        pid = self.service.process.pid
        cpu, begun = cpu_seconds([pid]), time.monotonic()
        submit(self.service, "large", 0, 0, self.files)
        took, cpu = time.monotonic() - begun, cpu_seconds([pid]) - cpu
        size = os.path.getsize(f"{self.service.state}/rft.db") / self.files
        print(f"| {self.files:,} | {took:.1f} s | {self.files / took:,.0f} | {cpu * 1000 / self.files:.3f} ms | "
              f"{resident(pid):.0f} MiB | {size:.0f} |", flush=True)

    def restart(self):
        """Seconds from the start of rftd, after a kill -9, to its readiness and to a file that was moved."""
        self.service.kill()
        begun = time.monotonic()
        self.service.start()
        ready = time.monotonic() - begun
        self.move_one()
        return ready, time.monotonic() - begun

    def waiting(self):
        fill(self.service, self.files, self.links)
        for _ in range(3):
            self.move_one()  # the sessions are warm
        moves = sorted(self.move_one() for _ in range(MOVED))
        took = ask_status(self.service, "link-0")
        peak = resident(self.service.process.pid)
        ready, moved = self.restart()
        print(f"| {self.files:,} over {self.links:,} links | {moves[len(moves) // 2]:.0f} ms / {moves[-1]:.0f} ms | "
              f"{took[ASKED // 2]:.2f} / {took[ASKED * 99 // 100]:.2f} ms | {1000 / statistics.fmean(took):,.0f} | {ready:.1f} s | "
              f"{moved:.1f} s | {peak:.0f} MiB | {resident(self.service.process.pid):.0f} MiB |", flush=True)


def main(arguments):
    if not arguments or not os.path.isdir(arguments[0]):
        return __doc__
    files = int(arguments[1]) if len(arguments) > 1 else 1_000_000
    links = int(arguments[2]) if len(arguments) > 2 else 1000
    print("## A long queue\n\n| files in one stream | took | files/s | CPU of rftd a file | rftd at most | bytes on disk a file |")
    print("|---|---|---|---|---|---|")
    queue = Queue(arguments[0], files, links)
    try:
        queue.submission()
    finally:
        queue.close()
    print("\n| files that wait | a file beside them: median / longest | status: p50 / p99 | requests/s | after kill -9: ready | "
          "and a file moved | rftd at most | after its start |\n|---|---|---|---|---|---|---|---|")
    for number, over in ((1000, 1), (files, links)):
        queue = Queue(arguments[0], number, over)
        try:
            queue.waiting()
        finally:
            queue.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
