"""A relay before a real GSI server, which changes one of its protected replies."""

import asyncio
import contextlib


class Relay:
    LIED = 3  # the number of the protected reply that is changed; the log-in ends with the second

    def __init__(self, port, change):
        self.port, self.change = port, change
        self.listener = None

    async def start(self):
        self.listener = await asyncio.start_server(self.serve, "127.0.0.1", 0)

    def url(self, path):
        return f"gsiftp://localhost:{self.listener.sockets[0].getsockname()[1]}{path}"

    async def serve(self, reader, writer):
        with contextlib.suppress(OSError):
            there, here = await asyncio.open_connection("127.0.0.1", self.port)
            up = asyncio.create_task(self.up(reader, here))
            await self.down(there, writer)
            up.cancel()
            here.close()
        writer.close()

    async def up(self, reader, writer):
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()
            writer.close()

    async def down(self, reader, writer):
        number = 0
        while line := await reader.readline():
            text = line.decode("latin-1").rstrip("\r\n")
            is_last = text[:4] in ("631 ", "632 ", "633 ")
            lied = number + 1 == self.LIED and text[:3] in ("631", "632", "633")
            lines = [text] if not lied else self.change(text) if is_last else []
            number += is_last
            for one in lines:
                writer.write(f"{one}\r\n".encode("latin-1"))
                await writer.drain()
