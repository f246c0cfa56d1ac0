"""Relays for one transfer: its two control channels, read word by word, and its data channel where wanted.

A word is a command's verb ("STOR") or a reply with the verb it answers ("STOR 150"); "connect" and "greeting 220" come
first. A rule names a side, a word and which occurrence of it, and what is to be done before or after it is passed on.
All runs on one event loop in a thread of its own.
"""

import asyncio
import collections
import dataclasses
import re
import socket
import struct
import threading
import time
import urllib.parse

LINE_MAX = 1 << 16
CHUNK = 1 << 16


class Loop:
    """The event loop, and a way into it from other threads."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def run(self, coroutine, seconds=30):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(seconds)


@dataclasses.dataclass
class Rule:
    """`act` is awaited with the connection, all else of the transfer standing still; false: the word is lost."""
    side: str
    word: str
    number: int
    when: str  # before, after
    act: object


@dataclasses.dataclass
class Connection:
    side: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    up_reader: asyncio.StreamReader = None
    up_writer: asyncio.StreamWriter = None
    mute: bool = False  # from now on nothing passes, not even an end
    due: collections.deque = dataclasses.field(default_factory=lambda: collections.deque(["greeting"]))

    def local_port(self):
        """By which the server's child is known."""
        return self.up_writer.get_extra_info("sockname")[1] if self.up_writer else None

    def reset(self):
        for writer in filter(None, (self.writer, self.up_writer)):
            reset(writer)


class Relay:
    """Both sides of one transfer. `urls` are the servers'; source_url and destination_url are what the service gets."""

    def __init__(self, loop, source, destination, rules=(), data=None):
        self.loop, self.rules, self.data = loop, list(rules), data
        self.targets = {"source": address_of(source), "destination": address_of(destination)}
        self.moving = None
        self.count = collections.Counter()
        self.heard = []  # (side, word), in their order
        self.connections = []
        self.servers = {}
        loop.run(self.open())
        self.source_url = f"ftp://127.0.0.1:{self.port('source')}"
        self.destination_url = f"ftp://127.0.0.1:{self.port('destination')}"

    async def open(self):
        self.moving = asyncio.Event()
        self.moving.set()
        for side in self.targets:
            async def serve(reader, writer, side=side):
                await kept(self.serve(side, reader, writer))
            self.servers[side] = await asyncio.start_server(serve, "127.0.0.1", 0, limit=LINE_MAX)

    def port(self, side):
        return self.servers[side].sockets[0].getsockname()[1]

    def newest(self, side):
        """The connection of that side that was opened last and has a server."""
        return next((c for c in reversed(self.connections) if c.side == side and c.up_writer), None)

    def close(self):
        self.loop.run(self.end())

    async def end(self):
        for server in self.servers.values():
            server.close()
        if self.data:
            self.data.close()
        for connection in self.connections:
            connection.reset()

    async def serve(self, side, reader, writer):
        connection = Connection(side, reader, writer)
        self.connections.append(connection)
        try:
            if not await self.meets(connection, "connect", "before"):
                return connection.reset()
            connection.up_reader, connection.up_writer = await asyncio.open_connection(*self.targets[side], limit=LINE_MAX)
            await asyncio.gather(self.pump(connection, reader, connection.up_writer, self.word_of_command),
                                 self.pump(connection, connection.up_reader, writer, self.word_of_reply))
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        if not connection.mute:
            connection.reset()

    async def pump(self, connection, reader, writer, word_of):
        inside = None  # of a reply of several lines, its code
        while not connection.mute:
            line = await reader.readline()
            await self.moving.wait()
            if connection.mute:
                return
            if not line:
                try:
                    writer.write_eof()
                except OSError:
                    pass
                return
            word, inside = word_of(connection, line, inside)
            if not await self.meets(connection, word, "before"):
                continue
            writer.write(await self.rewritten(connection, word, line))
            await writer.drain()
            await self.meets(connection, word, "after")

    def word_of_command(self, connection, line, inside):
        # Telnet's signals stand before ABOR.
        verb = re.sub(rb"^[^A-Za-z]*", b"", line).split(b" ")[0].strip().decode(errors="replace").upper()
        connection.due.append(verb)
        return verb, inside

    def word_of_reply(self, connection, line, inside):
        code = line[:3].decode(errors="replace")
        if inside is not None:
            return None, None if line[:4].decode(errors="replace") == f"{inside} " else inside
        verb = connection.due[0] if connection.due else "none"
        if code[0] != "1" and connection.due:
            connection.due.popleft()
        return f"{verb} {code}", code if line[3:4] == b"-" else None

    async def meets(self, connection, word, when):
        """Whether the word is passed on."""
        if word is None:
            return True
        if when == "before":
            self.count[connection.side, word] += 1
            self.heard.append((connection.side, word))
        number = self.count[connection.side, word]
        for rule in self.rules:
            if (rule.side, rule.word, rule.number, rule.when) == (connection.side, word, number, when):
                self.rules.remove(rule)
                self.moving.clear()
                try:
                    if when == "after":
                        await asyncio.sleep(0.05)  # so that the far end acts on it
                    return await rule.act(connection)
                finally:
                    self.moving.set()
        return True

    async def rewritten(self, connection, word, line):
        if word != "PASV 227" or not self.data:
            return line
        numbers = [int(number) for number in re.search(rb"(\d+,){5}\d+", line).group().split(b",")]
        port = await self.data.listen(".".join(map(str, numbers[:4])), numbers[4] * 256 + numbers[5], self.moving)
        return f"227 Entering Passive Mode (127,0,0,1,{port // 256},{port % 256})\r\n".encode()


class DataChannel:
    """Between the source, which connects, and the destination. `spoil(flow, bytes)` gives what arrives.

    rate: bytes a second of one flow, 0 for all that goes. A flow is what one PASV opened.
    """

    def __init__(self, rate=0, spoil=None):
        self.rate, self.spoil = rate, spoil
        self.flows = 0
        self.servers = []

    async def listen(self, host, port, moving):
        self.flows += 1
        flow, budget = self.flows, Budget(self.rate)

        async def serve(reader, writer):
            await kept(relay(reader, writer))

        async def relay(reader, writer):
            try:
                up_reader, up_writer = await asyncio.open_connection(host, port)
                spoil = self.spoil(flow) if self.spoil else None
                await asyncio.gather(pump_data(reader, up_writer, moving, budget, spoil),
                                     pump_data(up_reader, writer, moving, Budget(0), None))
            except OSError:
                pass
            finally:
                reset(writer)
        server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=CHUNK)
        self.servers.append(server)
        return server.sockets[0].getsockname()[1]

    def close(self):
        for server in self.servers:
            server.close()


class Budget:
    """Bytes that may pass by now; shared by the streams of a flow."""

    def __init__(self, rate):
        self.rate, self.next = rate, time.monotonic()

    async def spend(self, size):
        if self.rate:
            self.next = max(self.next, time.monotonic()) + size / self.rate
            await asyncio.sleep(max(0, self.next - time.monotonic()))


async def pump_data(reader, writer, moving, budget, spoil):
    try:
        while data := await reader.read(CHUNK):
            await budget.spend(len(data))
            await moving.wait()
            writer.write(spoil(data) if spoil else data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        reset(writer)


tasks = set()


async def kept(coroutine):
    """The loop forgets tasks that nobody holds, in the middle of their work."""
    task = asyncio.ensure_future(coroutine)
    tasks.add(task)
    try:
        return await task
    finally:
        tasks.discard(task)


def reset(writer):
    """Ends it with RST, so that whatever is on its way is lost."""
    raw = writer.get_extra_info("socket")
    if raw is not None and raw.fileno() >= 0:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def address_of(url):
    parts = urllib.parse.urlsplit(url)
    return parts.hostname, parts.port
