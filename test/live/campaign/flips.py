"""Bytes that change on the way between the servers: never a wrong file under the final name."""

import concurrent.futures
import dataclasses
import os
import shutil

import verdict
from relay import DataChannel, Relay

MIB = 1 << 20
HEADER = 17  # of a block in MODE E (GFD.20): descriptor, 8 bytes of count, 8 bytes of offset
FLIP, END_OF_DATA = 0x10, 0x08
END_WITHIN = 240  # seconds


@dataclasses.dataclass(frozen=True)
class Flip:
    name: str
    spoil: object  # makes what spoils one data connection
    flows: int  # so many are spoiled, then no more; 0: all
    faults: tuple  # what the spoiled flows may be blamed for
    to: str = "far"
    there: bool = False  # another file stands under the final name, to be overwritten
    telling: bool = False


class Payload:
    """One byte of the file's in every so many; what frames them passes whole."""

    def __init__(self, every):
        self.every, self.passed = every, 0
        self.frames = Frames()

    def __call__(self, data):
        spoiled = bytearray(data)
        for begin, end in self.frames.payloads(data):
            flip_each(spoiled, begin, end, self.every, self.passed)
            self.passed += end - begin
        return bytes(spoiled)


class Header:
    """A byte of the header of one block."""

    def __init__(self, byte, flip=FLIP, block=1):
        self.byte, self.flip, self.block = byte, flip, block
        self.frames = Frames()

    def __call__(self, data):
        spoiled = bytearray(data)
        for position, block, byte in self.frames.headers(data):
            if (block, byte) == (self.block, self.byte):
                spoiled[position] ^= self.flip
        return bytes(spoiled)


class Blind:
    """One byte in every so many, whatever it means."""

    def __init__(self, every):
        self.every, self.passed = every, 0

    def __call__(self, data):
        spoiled = bytearray(data)
        flip_each(spoiled, 0, len(data), self.every, self.passed)
        self.passed += len(data)
        return bytes(spoiled)


def flip_each(data, begin, end, every, passed):
    """The bytes `every`, 2 * `every` and so on of all; `passed` were before `begin`."""
    for i in range(begin + every - 1 - passed % every, end, every):
        data[i] ^= FLIP


class Frames:
    """Follows the blocks of MODE E over pieces of any size."""

    def __init__(self):
        self.header, self.left, self.block = bytearray(), 0, 0

    def walk(self, data):
        """(begin, end, block, first byte of the header or nothing where it is payload)"""
        at = 0
        while at < len(data):
            begin = at
            if self.left:
                at += min(self.left, len(data) - at)
                self.left -= at - begin
                yield begin, at, self.block, None
                continue
            first = len(self.header)
            at += min(HEADER - first, len(data) - at)
            self.header += data[begin:at]
            yield begin, at, self.block, first
            if len(self.header) == HEADER:
                self.left = int.from_bytes(self.header[1:9], "big")
                self.block += 1
                self.header.clear()

    def payloads(self, data):
        return [(begin, end) for begin, end, _, first in self.walk(data) if first is None]

    def headers(self, data):
        return [(begin + i, block, first + i) for begin, end, block, first in self.walk(data) if first is not None
                for i in range(end - begin)]


PROOF = ("checksum_differs",)
ANY = ("checksum_differs", "size_differs", "data_channel_failed", "stalled", "server_refused", "protocol_broken", "cut",
       "destination_full", "part_missing", "no_restart", "part_grows")
FLIPS = [
    Flip("payload, two flows", lambda: Payload(MIB), 2, PROOF, telling=True),
    Flip("payload, always", lambda: Payload(MIB), 0, PROOF, telling=True),
    Flip("payload, always, over a file that stands there", lambda: Payload(MIB), 0, PROOF, there=True),
    Flip("descriptor of a block", lambda: Header(0, END_OF_DATA), 1, ANY),
    Flip("count of a block, its lowest byte", lambda: Header(8), 1, ANY),
    Flip("count of a block, its highest byte", lambda: Header(1), 1, ANY),
    Flip("offset of a block, its lowest byte", lambda: Header(16), 1, ANY, telling=True),
    Flip("offset of a block, a middle byte", lambda: Header(12), 1, ANY),
    Flip("offset of a block, its highest byte", lambda: Header(9), 1, ANY),
    Flip("whatever stands there, two flows", lambda: Blind(777_777), 2, ANY),
    Flip("the first bytes, two flows", lambda: Blind(5), 2, ANY),
    Flip("stream mode, two flows", lambda: Blind(MIB), 2, PROOF, "ftpd", telling=True),
    Flip("stream mode, always", lambda: Blind(MIB), 0, PROOF, "ftpd"),
]


class Flips:
    def __init__(self, stage, loop, flips):
        self.stage, self.service, self.loop, self.flips = stage, stage.service, loop, flips
        self.source = stage.bed.make_file("flips-in", 8 * MIB)
        self.other = stage.bed.make_file("flips-other", 8 * MIB)
        self.rows = []
        self.broken = []

    def run(self):
        with concurrent.futures.ThreadPoolExecutor(len(self.flips)) as people:
            for future in [people.submit(self.follow, i, flip) for i, flip in enumerate(self.flips)]:
                row, broken = future.result()
                self.rows.append(row)
                self.broken += broken

    def follow(self, i, flip):
        handle, out = f"flip-{i}", f"{self.stage.make_folder(f'flips-out/{i}')}/out"
        if flip.there:
            shutil.copy(self.other, out)
        data = DataChannel(0, lambda flow: flip.spoil() if flip.flows == 0 or flow <= flip.flows else None)
        relay = Relay(self.loop, self.stage.bed_urls["near"], self.stage.bed_urls[flip.to], (), data)
        try:
            self.service.copy(handle, relay.source_url + self.source, relay.destination_url + out,
                              **({"existing": "overwrite"} if flip.there else {}))
            record = self.service.await_end(handle, END_WITHIN)
            row = self.row(flip, record)
            broken = self.judge(flip, record, out)
            broken += verdict.no_parts_within(self.service, os.path.dirname(out), 60)
            return row, [f"{flip.name}: {what}" for what in broken]
        except TimeoutError as error:
            return f"| {flip.name} | none | | |", [f"{flip.name}: {error}: {self.service.history(handle)}"]
        finally:
            relay.close()

    def faults_of(self, record):
        events = self.service.history(record["handle"])["events"]
        return list(dict.fromkeys(event["fault"]["code"] for event in events if event["fault"]))

    def row(self, flip, record):
        return f"| {flip.name} | {record['status']} | {record['attempts']} | {', '.join(self.faults_of(record))} |"

    def judge(self, flip, record, out):
        broken = verdict.history_of(self.service, record["handle"])
        faults = self.faults_of(record)
        wanted = "done" if flip.flows else "failed"
        if record["status"] != wanted:
            broken.append(f"is {record['status']}, {wanted} was due: {record['fault']}")
        if not faults or not set(faults) <= set(flip.faults):
            broken.append(f"blamed for {faults}")
        if record["status"] == "done" and not verdict.same(out, self.source):
            broken.append("done, and the file is not its source")
        if record["status"] == "failed" and not (verdict.same(out, self.other) if flip.there else not os.path.exists(out)):
            broken.append("failed, and the final name is not as it was")
        if record["status"] == "failed":
            self.service.call("DELETE", f"/v1/transfers/{record['handle']}")  # with it goes its part
        return broken

    def table(self):
        return "\n".join(["| changed on the way | end | tries | faults |", "|---|---|---|---|", *self.rows])
