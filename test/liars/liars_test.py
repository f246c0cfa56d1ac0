"""The whole service against servers that lie, all of them at once.

usage: liars_test.py BIN_FOLDER [NAME...]      without names all lies are told
       liars_test.py --table                   the table of README.md
       liars_test.py --check-table             whether README.md has it
"""

import asyncio
import os
import re
import stat
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "testbed"))
import lies_of_files  # noqa: E402
import lies_of_many  # noqa: E402
import lies_of_replies  # noqa: E402
import lies_of_security  # noqa: E402
import lies_of_transfers  # noqa: E402
from ftp_server import File, Server  # noqa: E402
from gsi_relay import Relay  # noqa: E402
from service import Service, Testbed, until  # noqa: E402

LIES = lies_of_replies.LIES + lies_of_files.LIES + lies_of_transfers.LIES + lies_of_many.LIES + lies_of_security.LIES
SILENCE = 3000  # ms; the mover's limit in this test
GROWTH_MAX = 48 << 10  # kB that the mover and rftd may take for all lies together
SIZE = 100_000
REPLY_MAX = 2000  # bytes of a server's words in a record
CLEARED_FOR = 6  # s in which deletions that are refused are watched
HONEST = 5  # transfers between honest servers, beside all liars
FINAL = ("done", "failed")


class LiedTo(Service):
    """The service with a mover of little patience and room for all lies at once."""

    def __init__(self, bin_folder, folder, environment):
        super().__init__(bin_folder, f"{folder}/state", environment)
        self.config = f"{folder}/rftd.toml"
        mover = f"{folder}/rft-mover"
        with open(mover, "w", encoding="ascii") as script:
            script.write(f'#!/bin/sh\nexec {self.bin}/rft-mover "$@" --silence-limit {SILENCE}\n')
        os.chmod(mover, stat.S_IRWXU)
        with open(self.config, "w", encoding="ascii") as config:
            config.write(f'mover = "{mover}"\n[limits]\n' + "".join(f"{name} = 1000\n" for name in (
                "active_max", "active_per_endpoint_max", "active_per_owner_max", "tasks_per_mover_max")))

    def start(self, wait=True):
        os.makedirs(self.state, mode=0o700, exist_ok=True)
        with open(f"{self.state}.log", "ab") as log:
            self.process = subprocess.Popen([f"{self.bin}/rftd", "--config", self.config, "--state-dir", self.state], stdout=log,
                                            stderr=log, env=self.environment, start_new_session=True)
        if wait:
            until(self.is_ready, 20, "rftd is not ready")


def peak(pid):
    """The largest resident size that a process ever had, in kB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1])


def is_sanitized(program):
    """A sanitizer keeps what is freed for a while, so that sizes say nothing."""
    with open(program, "rb") as file:
        return b"__asan_init" in file.read()


class Told:
    """One lie, the server that tells it, and how its transfer ended."""

    def __init__(self, lie, liar):
        self.lie, self.liar = lie, liar
        self.since = self.took = self.record = None

    async def start(self):
        await self.liar.start()

    def submit(self, service, honest):
        lie = self.lie
        ours = self.liar.url(lie.path, lie.scheme) if lie.behind is None else self.liar.url(lie.path)
        ours = ours.replace("127.0.0.1", "localhost") if lie.scheme == "gsiftp" else ours
        pair = {"source": (ours, honest.url(f"/data/{lie.name}")), "destination": (honest.url("/data/file"), ours),
                "both": (ours, f"{ours}.copy")}[lie.at]
        self.since = time.monotonic()
        if lie.many:
            pair = {"source": (ours, honest.url(f"/data/{lie.name}/")), "destination": (honest.url("/data/many/"), ours)}[lie.at]
            return lies_of_many.submit(service, lie, *pair)
        service.copy(lie.name, *pair, **{"max_tries": 1, **lie.options})

    def look(self, service):
        """True once the transfer is at rest, or its time is over."""
        self.record = service.record(self.lie.name)
        self.took = time.monotonic() - self.since
        status, hold = self.record["status"], self.record["hold"] or "none"
        held = status == self.lie.status == "committed" and hold not in ("turn", "none")
        return status in FINAL or held or self.took > self.lie.seconds

    def files(self, service):
        return service.request("GET", f"/v1/transfers/{self.lie.name}/files")[1]["files"] if self.lie.many else []

    def wrong(self, service, honest):
        """What is not as the table says; empty where all is."""
        lie, record = self.lie, self.record
        fault = record["fault"] or {}
        reply = fault.get("reply") or ""
        wrong = []
        if self.took > lie.seconds:
            wrong.append(f"took longer than {lie.seconds} s")
        if (record["status"], record["hold"] or "none") != (lie.status, lie.hold):
            wrong.append(f"is {record['status']}, hold {record['hold']}; not {lie.status}, hold {lie.hold}")
        if lie.status != "done" and (fault.get("code"), fault.get("side")) != (lie.fault, lie.side or lie.at):
            wrong.append(f"not {lie.fault} at the {lie.side or lie.at}")
        if lie.says and lie.says not in reply:
            wrong.append(f"the reply lacks '{lie.says}'")
        if len(reply.encode()) > REPLY_MAX + 3 or not reply.isprintable():
            wrong.append("the reply is too long, or not printable")
        if lie.many and not wrong:
            wrong += [more for more in [lies_of_many.wrong(self, honest, self.files(service))] if more]
        if lie.then and not wrong:
            wrong += [more for more in [lie.then(record, self.liar)] if more]
        return "; ".join(wrong)


def tell(lies, real_port):
    """Each lie with a server of its own, not started yet."""
    for lie in lies:
        if lie.behind:
            yield Told(lie, Relay(real_port, lie.lies["reply"]))
            continue
        server = Server(lie.lies, lie.features, lie.host)
        if lie.at in ("source", "both"):
            server.put("/data/file", File(SIZE))
        if lie.prepare:
            lie.prepare(server)
        yield Told(lie, server)


def in_a_loop_of_its_own():
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return lambda coroutine: asyncio.run_coroutine_threadsafe(coroutine, loop).result(30)


def has_ipv6():
    with open("/proc/net/if_inet6", encoding="ascii") as addresses:
        return any(line.startswith("0" * 31 + "1") for line in addresses)


class Trial:
    def __init__(self, bin_folder, names):
        self.lies = [lie for lie in LIES if not names or lie.name in names]
        self.bed = Testbed()
        self.service = LiedTo(bin_folder, self.bed.folder, self.bed.environment())
        self.failures = []

    def fail(self, name, what):
        self.failures.append(name)
        print(f"FAILED {name}: {what}", flush=True)

    def run(self):
        try:
            self.tell_all()
        finally:
            self.service.stop()
            self.bed.destroy()
        print(f"{len(self.lies)} lies, {len(self.failures)} failures")
        return 1 if self.failures else 0

    def real_server(self):
        """What stands behind the relays. Its file has the lies' own path under the testbed's folder."""
        self.bed.bed("start", "real")
        for lie in self.lies:
            if lie.behind:
                lie.path = self.bed.make_file("file", SIZE)
        return int(self.bed.url("real").rsplit(":", 1)[1])

    def tell_all(self):
        run = in_a_loop_of_its_own()
        port = self.real_server() if any(lie.behind for lie in self.lies) else 0
        if not has_ipv6():
            self.lies = [lie for lie in self.lies if lie.host != "::1"]
        self.honest = honest = Server()
        lies_of_many.put_files(honest)
        honest.put("/data/file", File(SIZE))
        told = list(tell(self.lies, port))
        run(honest.start())
        for one in told:
            run(one.start())
        self.service.start()
        self.service.hand_over(self.service.environment["X509_USER_PROXY"])
        self.copy_honestly(honest, "before")
        movers, before = self.service.movers(), self.peaks()
        for one in told:
            one.submit(self.service, honest)
        self.copy_honestly(honest, "beside")
        self.await_all(told)
        self.clear([one for one in told if one.lie.cleared])
        self.copy_honestly(honest, "after")
        self.judge_processes(movers, before)

    def copy_honestly(self, honest, when):
        for number in range(HONEST):
            self.service.copy(f"honest-{when}-{number}", honest.url("/data/file"), honest.url(f"/data/{when}-{number}"))
        for number in range(HONEST):
            try:
                self.service.await_status(f"honest-{when}-{number}", ["done"], 20)
            except (RuntimeError, TimeoutError) as error:
                self.fail(f"honest-{when}-{number}", error)

    def await_all(self, told):
        waiting = list(told)
        while waiting:
            for one in list(waiting):
                if one.look(self.service):
                    waiting.remove(one)
                    self.judge(one)
            time.sleep(0.2)

    def clear(self, told):
        for one in told:
            status, reply = self.service.request("DELETE", f"/v1/transfers/{one.lie.name}")
            if status != 200:
                self.fail(one.lie.name, f"clear: {status} {reply}")
        if told:
            time.sleep(CLEARED_FOR)
        for one in told:
            if wrong := one.lie.cleared(one.record, one.liar):
                self.fail(one.lie.name, wrong)

    def judge(self, one):
        wrong = one.wrong(self.service, self.honest)
        fault = one.record["fault"] or {}
        code, side, doing = fault.get("code"), fault.get("side"), fault.get("doing")
        seen = (f"{one.took:.1f} s, {one.record['status']}, {code} at {side} while {doing}: "
                f"{(fault.get('reply') or '')[:100]!r} {(fault.get('detail') or '')[:100]!r}")
        if wrong:
            self.fail(one.lie.name, f"{wrong} ({seen})")
        else:
            print(f"ok {one.lie.name}: {seen}", flush=True)

    def peaks(self):
        return {pid: peak(pid) for pid in [self.service.process.pid, *self.service.movers()]}

    def judge_processes(self, movers, before):
        if self.service.process.poll() is not None or self.service.movers() != movers:
            self.fail("processes", f"rftd: {self.service.process.poll()}, movers: {movers} -> {self.service.movers()}")
            return
        most = GROWTH_MAX + sum(lie.grows for lie in self.lies)
        for pid, size in self.peaks().items():
            print(f"process {pid}: {before[pid]} kB before, at most {size} kB")
            if size - before[pid] > most and not is_sanitized(f"{self.service.bin}/rft-mover"):
                self.fail("memory", f"{pid} grew by {size - before[pid]} kB")


def table():
    rows = [f"| {lie.name} | {lie.at} | {lie.expected()} | {lie.seconds} s | {lie.proves} |\n" for lie in LIES]
    return "| lie | told by | expected | within | what it proves |\n|---|---|---|---|---|\n" + "".join(rows)


def check_table():
    with open(f"{HERE}/README.md", encoding="utf-8") as readme:
        return 0 if readme.read().endswith(table()) else "README.md ends with another table than --table prints"


def main(arguments):
    names = [lie.name for lie in LIES]
    if arguments == ["--check-table"]:
        return check_table()
    if arguments == ["--table"]:
        print(table(), end="")
        return 0
    if not arguments or not os.path.isdir(arguments[0]):
        return __doc__
    unknown = set(arguments[1:]) - set(names)
    return f"no such lie: {', '.join(sorted(unknown))}" if unknown else Trial(arguments[0], arguments[1:]).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
