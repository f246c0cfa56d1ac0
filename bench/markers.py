"""How long after a server sent a restart marker it is stored.

usage: markers.py BIN_FOLDER     (root: it makes network namespaces)

The control connection to the destination passes a relay that notes when each `111` went by; the database is read every
10 ms. Prints a line in Markdown.
"""

import os
import re
import socket
import sqlite3
import statistics
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "testbed"))
from service import Service, Testbed  # noqa: E402


class Relay(threading.Thread):
    def __init__(self, host, port):
        super().__init__(daemon=True)
        self.target, self.seen, self.total = (host, port), [], 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            near, _ = self.listener.accept()
            far = socket.create_connection(self.target)
            for a, b, watch in ((near, far, False), (far, near, True)):
                threading.Thread(target=self.pump, args=(a, b, watch), daemon=True).start()

    def pump(self, a, b, watch):
        try:
            while data := a.recv(65536):
                if watch:
                    for ranges in re.findall(rb"111 Range Marker ([0-9,\-]+)", data):
                        for begin, end in re.findall(rb"(\d+)-(\d+)", ranges):
                            self.total += int(end) - int(begin)
                        self.seen.append((time.monotonic(), self.total))
                b.sendall(data)
        except OSError:
            pass
        for end in (a, b):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def stored_bytes(blob):
    """The sum of a range set's varints (gap, length)."""
    values, value, shift = [], 0, 0
    for byte in blob or b"":
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            values.append(value)
            value, shift = 0, 0
    return sum(values[1::2])


def main():
    bed, service = Testbed(), None
    try:
        bed.bed("link", "line", "--rate", "200mbit")
        bed.bed("start", "from", "--anon", "--netns", "line-src")
        bed.bed("start", "to", "--anon", "--netns", "line-dst")
        path = bed.make_file("in", 512 << 20)
        host, port = re.match(r"ftp://([^:/]+):(\d+)", bed.url("to")).groups()
        relay = Relay(host, int(port))
        service = Service(sys.argv[1], bed.on_disk("state"))
        service.start()
        service.copy("m", f"{bed.url('from')}{path}", f"ftp://127.0.0.1:{relay.port}{bed.folder}/out")
        database = sqlite3.connect(f"file:{service.state}/rft.db?mode=ro", uri=True)
        stored = []
        while service.record("m")["status"] != "done":
            for _ in range(20):
                row = database.execute("SELECT part_confirmed FROM file").fetchone()
                database.rollback()
                total = stored_bytes(row[0]) if row else 0
                if not stored or total > stored[-1][1]:
                    stored.append((time.monotonic(), total))
                time.sleep(0.01)
        lags = []
        for sent_at, total in relay.seen:
            later = [at for at, have in stored if have >= total]
            if later and total < 512 << 20:
                lags.append(later[0] - sent_at)
        print(f"markers stored: {len(lags)} markers, median {statistics.median(lags) * 1000:.0f} ms, worst {max(lags) * 1000:.0f} ms "
              f"after the server sent them (target 200 ms): {'met' if max(lags) <= 0.2 else 'MISSED'}")
    finally:
        if service:
            service.stop()
        bed.destroy()


if __name__ == "__main__":
    main()
