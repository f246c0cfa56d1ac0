"""From a commit on an idle service, its sessions warm, to the first command that reaches a server.

usage: latency.py BIN_FOLDER [RUNS]

Files of 1 KiB over anonymous ftp://. The source's control connections go through a relay of this program, which notes when
the mover's commands come by; the time runs from sending the commit over the Unix socket. Each transfer is done before the
next is committed. Prints a table in Markdown.
"""

import os
import selectors
import socket
import statistics
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "testbed"))
from service import Service, Testbed  # noqa: E402

TARGET = 20  # ms
WARM_UP = 3


class Relay:
    """Passes connections on to a server, and keeps the time of the first piece that a client sent after `mark`."""

    def __init__(self, server):
        self.server = server
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.marked, self.first = False, None
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ, None)
        threading.Thread(target=self.work, daemon=True).start()

    def mark(self):
        self.first, self.marked = None, True

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
        if is_client and piece and self.marked:
            self.first, self.marked = time.perf_counter(), False
        if piece:
            other.sendall(piece)
            return
        for end in (one, other):
            self.selector.unregister(end)
            end.close()


def main(arguments):
    if not arguments or not os.path.isdir(arguments[0]):
        return __doc__
    runs = int(arguments[1]) if len(arguments) > 1 else 100
    bed, service = Testbed(), None
    try:
        for name in ("one", "two"):
            bed.bed("start", name, "--anon")
        address = urllib.parse.urlsplit(bed.url("one"))
        relay = Relay((address.hostname, address.port))
        source = f"ftp://127.0.0.1:{relay.port}" + bed.make_file("file", 1024)
        service = Service(arguments[0], f"{bed.folder}/state", bed.environment())
        service.start()
        took = []
        for n in range(runs + WARM_UP):
            handle = f"h{n}"
            service.request("POST", "/v1/transfers", {"handle": handle, "source": source,
                                                      "destination": f"{bed.url('two')}{bed.folder}/{handle}"})
            relay.mark()
            begun = time.perf_counter()
            service.request("POST", f"/v1/transfers/{handle}/commit")
            status = service.request("GET", f"/v1/transfers/{handle}/status?end_within=10000")[1]["status"]
            if status != "done":
                raise RuntimeError(f"{handle} is {status}")
            took.append((relay.first - begun) * 1000)
        took = sorted(took[WARM_UP:])
        median = statistics.median(took)
        print("| from commit to the first command | runs | p50 | p99 | target |\n|---|---|---|---|---|")
        print(f"| idle service, warm sessions | {runs} | {median:.1f} ms | {took[len(took) * 99 // 100]:.1f} ms "
              f"| p50 {TARGET} ms: {'met' if median <= TARGET else 'MISSED'} |")
    finally:
        if service:
            service.stop()
        bed.destroy()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
