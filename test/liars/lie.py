"""What a lie is, and the words of which most are made. A word of a lie is a coroutine of session and argument."""

import asyncio
import dataclasses
import socket
import struct

PACE = 0.02  # s between two chunks of a flood: about 3 MB/s each, so that many floods leave the machine to others
CHUNK = 1 << 16


@dataclasses.dataclass
class Lie:
    name: str
    proves: str  # one sentence
    lies: dict  # command -> what is done instead
    at: str = "destination"  # which side lies: that, the source, or both
    # How it ends: `failed` and `done` are final; `committed` is at rest with a hold that names what it waits for.
    status: str = "failed"
    fault: str = None
    hold: str = "none"
    side: str = None  # which side the fault names; not said: the one that lies
    says: str = None  # stands in the fault's `reply`
    seconds: float = 20  # from the commit to the outcome; most of it is for a busy machine
    options: dict = dataclasses.field(default_factory=dict)
    features: list = None
    host: str = "127.0.0.1"
    scheme: str = "ftp"
    path: str = "/data/file"  # at the side that lies
    many: str = None  # a request of many files, as a "tree" or a "list" (lies_of_many.py)
    files_fail: dict = dataclasses.field(default_factory=dict)  # of many: name -> code of its fault; all others are done
    grows: int = 0  # kB that this lie alone may cost the mover: a stated limit of ours is reached
    behind: str = None  # the lies are told by a relay before a real server, about its replies (gsi_relay.py)
    prepare: object = None  # of the server that lies, before the transfer
    then: object = None  # of record and server: what else is wrong, or nothing
    cleared: object = None  # the same, of what followed when its record was cleared

    def expected(self):
        return " ".join(word for word in [self.status, self.hold if self.hold != "none" else "", self.fault or ""] if word)


def say(*lines):
    async def lie(session, _):
        await session.say(*lines)
    return lie


def raw(data):
    async def lie(session, _):
        await session.write(data)
    return lie


async def silence(session, _):
    pass


async def close(session, _):
    session.over = True
    session.writer.close()


async def reset(session, _):
    """RST in place of FIN."""
    session.over = True
    session.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    session.writer.transport.abort()


def flood(beginning, endless, pace=PACE):
    """`beginning`, then `endless` over and over."""
    async def lie(session, _):
        await session.write(beginning)
        chunk = endless * max(1, CHUNK // len(endless))
        while True:
            await session.write(chunk)
            await asyncio.sleep(pace)
    return lie


def drip(beginning, one):
    async def lie(session, _):
        await session.write(beginning)
        while True:
            await session.write(one)
            await asyncio.sleep(0.2)
    return lie


def counting(line, step=1, pause=0.2):
    """Lines that say a larger number each time."""
    async def lie(session, _):
        await session.say("150 Beginning transfer.")
        number = step
        while True:
            await session.say(*line(number))
            number += step
            await asyncio.sleep(pause)
    return lie


def only(verb, lie, when):
    """Lies when `when(number, argument)` holds, the number counting from 1; else it is honest."""
    asked = [0]

    async def told(session, argument):
        asked[0] += 1
        if not when(asked[0], argument):
            await session.honest(verb, argument)
        elif isinstance(lie, str):
            await session.say(lie)
        else:
            await lie(session, argument)
    return told


def is_part(_, argument):
    return "/.rft-" in argument
