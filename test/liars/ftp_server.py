"""A tiny FTP server with GridFTP's behaviour on the control channel, and the means to let it lie.

A third-party client speaks on control channels only, so no byte has to move: a file is an entry with a size and
something that stands for its bytes, and RETR hands the entry to the STOR whose port it was told.
"""

import asyncio
import dataclasses
import itertools
import re
import zlib

FEATURES = ["SIZE", "MDTM", "MLST Type*;Size*;Modify*;Unique*;", "CKSM ADLER32:10;", "PARALLEL", "REST STREAM"]
LINE_MAX = 1 << 17

ports = itertools.cycle(range(20000, 60000))
wires = {}  # port -> what a sender puts into it
uniques = itertools.count(1)


@dataclasses.dataclass(frozen=True)
class File:
    size: int
    content: str = "as made"
    modify: str = "20260101000000"
    unique: str = ""

    def adler32(self, offset, length):
        end = self.size if length < 0 else min(self.size, offset + length)
        return f"{zlib.adler32(f'{self.content} {offset} {end}'.encode()):08x}"

    def facts(self):
        return f"Type=file;Size={self.size};Modify={self.modify};Unique={self.unique};"


class Server:
    """`lies` says which commands are answered otherwise: a text, or a coroutine of the session and the argument."""

    def __init__(self, lies=None, features=None, host="127.0.0.1"):
        self.lies = lies or {}
        self.features = FEATURES if features is None else features
        self.host = host
        self.files, self.folders = {}, {"/", "/data"}
        self.heard = []
        self.session = Session
        self.listener = None

    async def start(self):
        self.listener = await asyncio.start_server(self.serve, self.host, 0, limit=LINE_MAX)

    def url(self, path, scheme="ftp"):
        host, port = self.listener.sockets[0].getsockname()[:2]
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}{path}"

    def put(self, path, file):
        self.files[path] = dataclasses.replace(file, unique=f"U{next(uniques)}")

    def count(self, verb):
        return sum(1 for line in self.heard if line.startswith(verb))

    async def serve(self, reader, writer):
        session = self.session(self, reader, writer)
        try:
            await session.run()
        except (OSError, asyncio.IncompleteReadError, ValueError):
            pass
        finally:
            if session.transfer:
                session.transfer.cancel()
            if session.sends:
                session.wire.put_nowait(None)  # the end of the data channel
            writer.close()


class Session:
    def __init__(self, server, reader, writer):
        self.server, self.reader, self.writer = server, reader, writer
        self.wire = self.transfer = self.renamed = None
        self.over = self.sends = False

    async def say(self, *lines):
        await self.write("".join(f"{line}\r\n" for line in lines).encode("latin-1"))

    async def write(self, data):
        self.writer.write(data)
        await self.writer.drain()

    async def run(self):
        await self.answer("greeting", "")
        while not self.over:
            line = await self.reader.readline()
            if not line:
                return
            text = line.decode("latin-1").rstrip("\r\n")
            self.server.heard.append(text)
            verb, _, argument = text.partition(" ")
            await self.end_of_transfer(verb)
            if verb in ("STOR", "RETR"):
                self.transfer = asyncio.create_task(self.move(verb, argument))
            else:
                await self.answer(verb, argument)

    async def end_of_transfer(self, verb):
        if self.transfer and verb == "ABOR":
            self.transfer.cancel()
        elif self.transfer:
            await self.transfer
        self.transfer = None

    async def move(self, verb, argument):
        try:
            await self.answer(verb, argument)
        except OSError:
            self.writer.close()

    async def answer(self, verb, argument):
        """The lie about "OPTS RETR" wins over the one about "OPTS"."""
        lies = self.server.lies
        lie = lies.get(f"{verb} {argument.split(' ')[0]}", lies.get(verb))
        if lie is None:
            await self.honest(verb, argument)
        elif isinstance(lie, str):
            await self.say(lie)
        else:
            await lie(self, argument)

    async def honest(self, verb, argument):
        answer = getattr(self, f"do_{verb.lower()}", None)
        if answer:
            await answer(argument)
        else:
            await self.say(f"500 {verb}: unknown command")

    async def do_greeting(self, _):
        await self.say("220 ready")

    async def do_user(self, _):
        await self.say("331 password")

    async def do_pass(self, _):
        await self.say("230 welcome")

    async def do_feat(self, _):
        await self.say("211-Features", *[f" {feature}" for feature in self.server.features], "211 End")

    async def agree(self, _):
        await self.say("200 OK")

    do_site = do_type = do_mode = do_trev = do_opts = do_allo = do_noop = do_pbsz = do_dcau = do_prot = agree

    async def do_rest(self, _):
        await self.say("350 restarting")

    async def do_abor(self, _):
        self.over = True
        await self.say("226 Transfer Complete.")

    async def do_quit(self, _):
        self.over = True
        await self.say("221 bye")

    async def missing(self, path):
        await self.say("550-GlobusError: v=1 c=PATH_NOT_FOUND", f"550 {path}: No such file or directory")

    async def do_mlst(self, path):
        facts = "Type=dir;" if path in self.server.folders else None
        if path in self.server.files:
            facts = self.server.files[path].facts()
        if facts is None:
            return await self.missing(path)
        await self.say("250-status of", f" {facts} {path}", "250 End.")

    async def do_size(self, path):
        file = self.server.files.get(path)
        if file:
            await self.say(f"213 {file.size}")
        elif path in self.server.folders:
            await self.say("550 not a regular file")
        else:
            await self.missing(path)

    async def do_mdtm(self, path):
        file = self.server.files.get(path)
        await self.say(f"213 {file.modify}" if file else "550 no such file")

    async def do_cksm(self, argument):
        _, offset, length, path = argument.split(" ", 3)
        file = self.server.files.get(path)
        if not file:
            return await self.missing(path)
        await self.say(f"213 {file.adler32(int(offset), int(length))}")

    async def do_mkd(self, path):
        self.server.folders.add(path)
        await self.say(f'257 "{path}" made')

    async def do_dele(self, path):
        if self.server.files.pop(path, None):
            await self.say("250 deleted")
        else:
            await self.missing(path)

    async def do_rnfr(self, path):
        self.renamed = path
        if path in self.server.files:
            await self.say("350 and to?")
        else:
            await self.missing(path)

    def rename(self, path):
        if self.renamed in self.server.files:
            self.server.files[path] = self.server.files.pop(self.renamed)

    async def do_rnto(self, path):
        self.rename(path)
        await self.say("250 renamed")

    def listen(self):
        port = next(ports)
        self.wire = wires[port] = asyncio.Queue()
        return port

    async def do_pasv(self, _):
        port = self.listen()
        await self.say(f"227 Entering Passive Mode (127,0,0,1,{port // 256},{port % 256})")

    async def do_epsv(self, _):
        await self.say(f"229 Entering Extended Passive Mode (|||{self.listen()}|)")

    async def join(self, port):
        self.wire = wires.get(port)
        self.sends = self.wire is not None
        await self.say("200 OK" if self.wire else "500 Unable to connect: connection refused")

    async def do_port(self, argument):
        numbers = [int(number) for number in argument.split(",")]
        await self.join(numbers[4] * 256 + numbers[5])

    async def do_eprt(self, argument):
        await self.join(int(re.fullmatch(r"\|2\|[^|]*\|(\d+)\|", argument)[1]))

    async def do_retr(self, path):
        file = self.server.files.get(path)
        if not file or not self.wire:
            return await self.say(f"500 Command failed : {path}: No such file or directory")
        await self.say("150 Beginning transfer.")
        self.wire.put_nowait(file)
        await self.say("226 Transfer Complete.")

    async def received(self):
        """What the sender of this flow put into the wire; none: it is gone."""
        file = await self.wire.get()
        if file is None:
            self.wire.put_nowait(None)
        return file

    async def do_stor(self, path):
        await self.say("150 Beginning transfer.")
        file = await self.received()
        if file is None:
            return await self.say("426 Data connection closed.")
        self.server.put(path, file)
        await self.say(*performance_marker(file.size), f"111 Range Marker 0-{file.size}", "226 Transfer Complete.")


def performance_marker(size, stripe=0):
    return ["112-Perf Marker", " Timestamp:  1795483256.6", f" Stripe Index: {stripe}", f" Stripe Bytes Transferred: {size}",
            " Total Stripe Count: 1", "112 End."]
