"""Strikes at named points of the conversation with the servers: each point, each victim, a transfer of its own."""

import asyncio
import collections
import concurrent.futures
import dataclasses
import os
import re
import subprocess
import threading
import time

import verdict
from relay import DataChannel, Relay, Rule
from stage import kill

MIB = 1 << 20
RATE = 2 * MIB  # of a flow that has to last for a few markers
TOGETHER = 90  # transfers at once: rftd moves 100
HOLD_WITHIN = 22  # seconds until all of a round have to stand at their points: below the 30 s of a stall


@dataclasses.dataclass(frozen=True)
class Point:
    """`scenario`: plain; slow: its flow lasts; resumed: its first flow is cut; parents: its folder is missing;
    stopped, cleared: by its user, in the middle."""
    scenario: str
    side: str
    word: str
    number: int = 1
    when: str = "before"
    telling: bool = False  # of the short campaign
    certain: bool = True  # a conversation always comes to it

    def name(self):
        mark = f" #{self.number}" if self.number > 1 else ""
        return f"{self.when} {self.side}'s {self.word}{mark}{'' if self.scenario == 'plain' else f' ({self.scenario})'}"


S, D = "source", "destination"
POINTS = [
    Point("plain", S, "connect"), Point("plain", D, "connect"),
    Point("plain", S, "greeting 220"), Point("plain", D, "USER 331"), Point("plain", S, "PASS 230"),
    Point("plain", D, "FEAT 211"), Point("plain", S, "MLST", 1, "after"), Point("plain", D, "MLST 550"),
    Point("parents", D, "MKD"), Point("parents", D, "MKD", 1, "after", True), Point("parents", D, "MKD 257"),
    Point("plain", S, "MODE 200"), Point("plain", D, "TREV"),
    Point("plain", D, "PASV"), Point("plain", D, "PASV 227", 1, "before", True), Point("plain", S, "PORT", 1, "after"),
    Point("plain", D, "STOR"), Point("plain", D, "STOR", 1, "after", True), Point("slow", D, "STOR 150"),
    Point("plain", S, "RETR"), Point("slow", S, "RETR", 1, "after"), Point("slow", S, "RETR 150", 1, "after"),
    Point("slow", D, "STOR 112", 1, "after"), Point("slow", D, "STOR 111"), Point("slow", D, "STOR 111", 1, "after"),
    Point("slow", D, "STOR 111", 3, "after", True),
    Point("plain", S, "RETR 226"), Point("plain", S, "RETR 226", 1, "after"),
    Point("plain", D, "STOR 226", 1, "before", True), Point("plain", D, "STOR 226", 1, "after"),
    Point("plain", D, "MLST", 3, "after"),
    Point("plain", S, "CKSM", 1, "after"), Point("plain", S, "CKSM 213"), Point("plain", D, "CKSM", 1, "after"),
    Point("plain", D, "CKSM 213"), Point("plain", D, "CKSM 213", 1, "after"), Point("plain", D, "MLST", 4, "after"),
    Point("plain", D, "RNFR", 1, "after"), Point("plain", D, "RNFR 350", 1, "after"),
    Point("plain", D, "RNTO", 1, "before", True), Point("plain", D, "RNTO", 1, "after", True),
    Point("plain", D, "RNTO 250", 1, "before", True), Point("plain", D, "RNTO 250", 1, "after"),
    Point("plain", D, "MLST", 5, "after"), Point("plain", D, "MLST 250", 3),
    Point("resumed", D, "RNFR", 1, "after"), Point("resumed", D, "RNTO"), Point("resumed", D, "RNTO", 1, "after", True),
    Point("resumed", D, "RNTO 250"), Point("resumed", D, "CKSM", 1, "after"), 
    # A GCT server whose flow is cut now and then spoils the front of the part; then there is nothing to restart.
    Point("resumed", D, "REST", 1, "after", certain=False), Point("resumed", S, "REST 350", certain=False), Point("resumed", D, "STOR", 2, "after", True), Point("resumed", S, "RETR 150", 2),
    Point("resumed", D, "STOR 111", 3, "after"), Point("resumed", D, "RNTO", 2, "after"),
    Point("stopped", D, "ABOR"), Point("stopped", D, "ABOR", 1, "after"),
    Point("cleared", D, "DELE"), Point("cleared", D, "DELE", 1, "after", True), Point("cleared", D, "DELE 250"),
]

ROUNDS = ["rftd", "mover", "machine", "frozen mover"]  # shared by all: struck once, all standing at their points
LONE = ["source child", "destination child", "source cut", "destination cut"]
MUTE = ["source mute", "destination mute"]  # cost half a minute until they are seen


@dataclasses.dataclass
class Case:
    point: Point
    victim: str
    handle: str
    relay: Relay = None
    reached: bool = False
    struck: bool = False
    outcome: str = ""
    broken: list = dataclasses.field(default_factory=list)


class Round:
    """Where transfers wait for each other, until the one strike that is for all of them."""

    def __init__(self, cases):
        self.waiting = len(cases)
        self.lock = threading.Lock()
        self.all_here = threading.Event()
        self.released = asyncio.Event()
        self.passes = True

    async def arrive(self):
        with self.lock:
            self.waiting -= 1
            if self.waiting == 0:
                self.all_here.set()
        await self.released.wait()
        return self.passes


class Points:
    def __init__(self, stage, loop, points):
        self.stage, self.loop, self.points = stage, loop, points
        self.service = stage.service
        self.small = stage.bed.make_file("points-small", 3 * MIB)
        self.large = stage.bed.make_file("points-large", 8 * MIB)
        self.cases = []

    def run(self, victims):
        """All points with each of the victims; victims that do not concern other transfers at the same time."""
        for victim in [victim for victim in victims if victim in ROUNDS]:
            self.run_together(self.cases_of([victim]), victim)
        alone = self.cases_of([victim for victim in victims if victim not in ROUNDS])
        for i in range(0, len(alone), TOGETHER):
            self.run_together(alone[i:i + TOGETHER], None)

    def cases_of(self, victims):
        return [Case(point, victim, f"p-{victim.replace(' ', '-')}-{i}")
                for victim in victims for i, point in enumerate(self.points)]

    def run_together(self, cases, victim):
        began, shared = time.monotonic(), Round(cases) if victim else None
        self.cases += cases
        with concurrent.futures.ThreadPoolExecutor(len(cases) + 1) as people:
            followed = [people.submit(self.follow, case, shared) for case in cases]
            if shared:
                shared.all_here.wait(HOLD_WITHIN)
                self.strike_all(victim, shared)
            for future in followed:
                future.result()
        for case in cases:
            case.relay.close()
        reached = sum(case.reached for case in cases)
        self.stage.say(f"{victim or ', '.join(dict.fromkeys(case.victim for case in cases))}: "
                       f"{reached} of {len(cases)} points reached, {time.monotonic() - began:.0f} s")

    def strike_all(self, victim, shared):
        if victim == "rftd":
            self.service.kill()
            time.sleep(0.5)
            self.service.start()
        elif victim == "mover":
            self.service.kill_movers()
            shared.passes = False
        elif victim == "machine":
            self.service.crash()
            shared.passes = False
        elif victim == "frozen mover":
            self.service.signal_movers(19)
        self.loop.loop.call_soon_threadsafe(shared.released.set)
        if victim == "machine":
            time.sleep(0.5)
            self.service.start()
        if victim == "frozen mover":
            time.sleep(4)
            self.service.signal_movers(18)

    # ---- one transfer ----

    def follow(self, case, shared):
        try:
            self.begin(case, shared)
            self.act_as_user(case)
            self.judge(case)
        except Exception as error:  # whatever it is, the other transfers go on
            case.broken.append(f"{type(error).__name__}: {error}")

    def out(self, case):
        folder = self.stage.folder + "/points-out/" + case.handle
        return folder + ("/a/b/out" if case.point.scenario == "parents" else "/out")

    def begin(self, case, shared):
        point = case.point
        is_long = point.scenario not in ("plain", "parents")
        data = DataChannel(RATE) if is_long else None
        self.stage.make_folder(f"points-out/{case.handle}")
        case.relay = Relay(self.loop, self.stage.bed_urls["near"], self.stage.bed_urls["far"], self.rules(case, shared), data)
        self.service.copy(case.handle, case.relay.source_url + (self.large if is_long else self.small),
                          case.relay.destination_url + self.out(case))

    def rules(self, case, shared):
        async def strike(connection):
            case.reached = True
            if shared:
                passes = await shared.arrive()
                case.struck = True
                return passes
            return await self.strike_one(case, connection)

        async def cut_both(_):
            for side in (S, D):
                case.relay.newest(side).reset()
            return False

        point = case.point
        rules = [Rule(point.side, point.word, point.number, point.when, strike)]
        if point.scenario == "resumed":
            # The first was read by then; what a reset overtakes is lost.
            rules.append(Rule(D, "STOR 111", 2, "before", cut_both))
        return rules

    async def strike_one(self, case, connection):
        """The victim is the server, or the connection, of a side."""
        side, what = case.victim.split(" ")
        target = case.relay.newest(side)
        if target is None:
            return True
        if what == "child":
            pid = await asyncio.get_running_loop().run_in_executor(None, child_of, case.relay.targets[side][1],
                                                                     target.local_port())
            case.struck = pid is not None and kill(pid)
        elif what == "cut":
            target.reset()
            case.struck = True
        elif what == "mute":
            target.mute = case.struck = True
        return connection is not target

    def act_as_user(self, case):
        if case.point.scenario not in ("stopped", "cleared"):
            return
        self.service.await_bytes(case.handle, 1, 90)
        self.service.call("POST", f"/v1/transfers/{case.handle}/stop")
        if case.point.scenario == "cleared":
            self.service.await_status(case.handle, ["user_stop_partial_trans"], 60)
            self.service.call("DELETE", f"/v1/transfers/{case.handle}")

    def judge(self, case):
        if case.point.scenario == "cleared":
            return self.judge_cleared(case)
        record = self.service.await_status(case.handle, ["done", "user_stop_partial_trans"], 240)
        if record["status"] == "user_stop_partial_trans":
            self.service.call("POST", f"/v1/transfers/{case.handle}/commit")
            record = self.service.await_status(case.handle, ["done"], 240)
        source = self.small if case.point.scenario in ("plain", "parents") else self.large
        if not verdict.same(self.out(case), source):
            case.broken.append("done, and the file is not its source")
        what = [event["what"] for event in self.service.history(case.handle)["events"]]
        notes = "".join(sign for word, sign in (("resumed", "r"), ("afresh", "a"), ("unknown_end", "?")) if word in what)
        case.outcome = f"{record['attempts']}{notes}"
        case.broken += verdict.history_of(self.service, case.handle)
        case.broken += verdict.no_parts_within(self.service, os.path.dirname(self.out(case)), 60)

    def judge_cleared(self, case):
        case.broken += verdict.no_parts_within(self.service, os.path.dirname(self.out(case)), 150)
        if self.service.record(case.handle) is not None:
            case.broken.append("cleared, and still there")
        if os.path.exists(self.out(case)):
            case.broken.append("cleared, and a file stands under the final name")
        case.outcome = "gone"

    # ---- what came of it ----

    def table(self):
        victims = list(dict.fromkeys(case.victim for case in self.cases))
        cells = {(case.point, case.victim): cell_of(case) for case in self.cases}
        lines = ["| point | " + " | ".join(victims) + " |", "|---" * (len(victims) + 1) + "|"]
        for point in self.points:
            lines.append(f"| {point.name()} | " + " | ".join(cells[point, victim] for victim in victims) + " |")
        lines.append("tries; r resumed, a afresh, ? the end of its mover was unknown; - there was no such victim yet; ! broken")
        return "\n".join(lines)

    def broken(self):
        found = [f"{case.point.name()}, {case.victim} ({case.handle}): {what}" for case in self.cases for what in case.broken]
        found += [f"{case.point.name()}, {case.victim} ({case.handle}): the point was not reached"
                  for case in self.cases if case.point.certain and not case.reached and not case.broken]
        return found

    def struck(self):
        return collections.Counter(case.victim for case in self.cases if case.struck)


def cell_of(case):
    if case.broken:
        return "!"
    return case.outcome if case.struck else f"{case.outcome} -"


def child_of(server_port, port):
    """The pid of the server's process whose peer has this port; never one of ours with a peer of the same number."""
    seen = subprocess.run(["ss", "-Htnp", f"sport = :{server_port} and dport = :{port}"], capture_output=True, text=True,
                          check=False).stdout
    pids = re.findall(r'"(?:globus-gridftp|proftpd)[^"]*",pid=(\d+)', seen)
    return int(pids[0]) if pids else None
