"""What the control of 2,000 transfers at once costs: slow links, simulated servers, anonymous.

usage: simultaneous.py BIN_FOLDER [TRANSFERS [SECONDS]]

A process of its own plays LINKS pairs of servers (test/liars/ftp_server.py) that send a performance marker and a restart marker
as often as TREV asked for, and never come to the end of a file. When all transfers are active and SETTLED seconds have passed,
the CPU time of rftd and of its movers is taken over SECONDS, and the movers' memory (proportional set size). Every transfer
must have gone forward meanwhile. Prints a table in Markdown.
"""

import asyncio
import json
import os
import subprocess
import sys
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path[:0] = [os.path.join(ROOT, "testbed"), os.path.join(ROOT, "test", "liars")]
from ftp_server import File, Server, Session, performance_marker  # noqa: E402
from many import cpu_seconds  # noqa: E402
from service import Service, Testbed, until  # noqa: E402

LINKS = 16
SIZE = 1 << 40
RATE = 1 << 20  # bytes a second of a transfer
SETTLED = 20  # seconds
CPU_TARGET, MEMORY_TARGET = 20, 200  # % of a core, MB
PER_MOVER = 512


class SlowSession(Session):
    seconds = 1

    async def do_trev(self, argument):
        self.seconds = int(argument.split(" ")[1])
        await self.agree(argument)

    async def do_retr(self, path):
        await self.say("150 Beginning transfer.")
        self.wire.put_nowait(self.server.files[path])

    async def do_stor(self, path):
        await self.say("150 Beginning transfer.")
        await self.received()
        arrived = 0
        while True:
            await asyncio.sleep(self.seconds)
            arrived += RATE * self.seconds
            await self.say(*performance_marker(arrived), f"111 Range Marker 0-{arrived}")


async def play():
    pairs = []
    for _ in range(LINKS):
        source, destination = Server(), Server()
        for server in (source, destination):
            server.session = SlowSession
            await server.start()
        source.put("/data/file", File(SIZE))
        pairs.append((source.url("/data/file"), destination.url("/data/")))
    print(json.dumps(pairs), flush=True)
    await asyncio.Event().wait()


def memory_mb(pids):
    kilobytes = 0
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
            kilobytes += sum(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
    return kilobytes * 1024 / 1e6


def metric(service, name):
    text = service.request("GET", "/metrics")[1]
    return int(next(line for line in text.splitlines() if line.startswith(f"{name} ")).split()[1])


def active(service):
    return metric(service, "rft_active")


def commits(service):
    return metric(service, "rft_store_commits_total")


def measure(bed, service, pairs, transfers, seconds):
    for n in range(transfers):
        source, folder = pairs[n % len(pairs)]
        service.copy(f"h{n}", source, f"{folder}out{n}")
    until(lambda: active(service) == transfers, 300, f"{transfers} active transfers")
    time.sleep(SETTLED)
    daemon, movers = [service.process.pid], service.movers()
    before = [service.record(f"h{n}")["bytes_confirmed"] for n in range(transfers)]
    begun, saves = time.monotonic(), commits(service)
    cpu = [cpu_seconds(daemon), cpu_seconds(movers)]
    time.sleep(seconds)
    took, saves = time.monotonic() - begun, commits(service) - saves
    cpu = [100 * (cpu_seconds(pids) - was) / took for pids, was in zip((daemon, movers), cpu)]
    memory = memory_mb(movers)
    still = [n for n in range(transfers) if service.record(f"h{n}")["bytes_confirmed"] <= before[n]]
    if still or active(service) != transfers or service.movers() != movers:
        raise RuntimeError(f"{len(still)} transfers stood still, {active(service)} are active")
    verdicts = ["met" if sum(cpu) <= CPU_TARGET else "MISSED", "met" if memory <= MEMORY_TARGET else "MISSED"]
    print("| transfers at once | CPU of rftd | of its movers | together | memory of the movers | commits/s |\n|---|---|---|---|---|---|")
    print(f"| {transfers:,} | {cpu[0]:.1f} % of a core | {cpu[1]:.1f} % | {sum(cpu):.1f} % (target {CPU_TARGET}: {verdicts[0]}) "
          f"| {memory:.0f} MB in {len(movers)} (target {MEMORY_TARGET}: {verdicts[1]}) | {saves / took:.0f} |")


def main(arguments):
    if not arguments or not os.path.isdir(arguments[0]):
        return __doc__
    transfers = int(arguments[1]) if len(arguments) > 1 else 2000
    seconds = int(arguments[2]) if len(arguments) > 2 else 30
    bed, service = Testbed(), None
    servers = subprocess.Popen([sys.executable, __file__, "--servers"], stdout=subprocess.PIPE, text=True)
    try:
        pairs = json.loads(servers.stdout.readline())
        service = Service(arguments[0], bed.on_disk("state"), bed.environment())
        service.config = bed.on_disk("rftd.toml")
        with open(service.config, "w", encoding="ascii") as config:
            limits = ("active_max", "active_per_endpoint_max", "active_per_owner_max")
            config.write("[limits]\n" + "".join(f"{name} = {transfers}\n" for name in limits) + f"tasks_per_mover_max = {PER_MOVER}\n")
        service.start()
        measure(bed, service, pairs, transfers, seconds)
    finally:
        servers.kill()
        servers.wait()
        if service:
            service.stop()
        bed.destroy()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(play()) if sys.argv[1:] == ["--servers"] else main(sys.argv[1:]))
