"""Breaks what can be broken, by a seed; says what it does; and mends all of it in the end."""

import collections
import dataclasses
import itertools
import os
import signal
import time

LONG = 0.08  # of the strikes that can last longer than a lease or a stall


@dataclasses.dataclass
class Damage:
    at: float  # when it is mended
    number: int
    keys: list
    what: str
    mend: object
    needs_link: bool


class Nemesis:
    """`pace`: seconds between strikes, in the mean. `long_strikes`: some last 35 to 60 s."""

    def __init__(self, stage, draw, planner, pace, long_strikes):
        self.stage, self.draw, self.planner, self.pace, self.long_strikes = stage, draw, planner, pace, long_strikes
        self.struck = collections.Counter()
        self.taken = set()  # what is broken now, and is not struck a second time
        self.due = []
        self.number = itertools.count(1)
        self.proxy = stage.environment["X509_USER_PROXY"]

    STRIKES = [  # (weight, name, what it takes, method)
        (14, "kill rftd", ["rftd"], "kill_rftd"),
        (12, "kill movers", ["mover"], "kill_movers"),
        (6, "crash the machine", ["rftd", "mover"], "crash_machine"),
        (5, "freeze rftd", ["rftd"], "freeze_rftd"),
        (6, "freeze movers", ["mover"], "freeze_movers"),
        (16, "kill children", ["server"], "kill_children"),
        (8, "kill a server", ["server"], "kill_server"),
        (6, "kill a parent", ["server"], "kill_parent"),
        (8, "freeze a server", ["server"], "freeze_server"),
        (12, "cut the link", ["link"], "cut_link"),
        (5, "fill the disk", ["disk"], "fill_disk"),
    ]
    PLANNED = [  # (when, as a part of the time; name, what it takes, method): in every long run
        (0.05, "expire the proxy", ["proxy"], "expire_proxy"),
        (0.3, "swallow all", ["link"], "swallow_all"),
        (0.5, "expire the proxy", ["proxy"], "expire_proxy"),
        (0.65, "swallow all", ["link"], "swallow_all"),
    ]

    def run(self, seconds):
        began = time.monotonic()
        next_strike = began
        planned = list(self.PLANNED) if self.long_strikes else []
        while (now := time.monotonic()) < began + seconds:
            self.mend(now)
            if planned and now >= began + planned[0][0] * seconds and self.is_free(planned[0][2]):
                self.strike(planned.pop(0))
            elif now >= next_strike:
                self.strike(self.draw_strike())
                next_strike = now + self.draw.expovariate(1 / self.pace)
            time.sleep(0.05)
        self.mend(None)

    def draw_strike(self):
        free = [strike for strike in self.STRIKES if self.is_free(strike[2])]
        return self.draw.choices(free, [weight for weight, *_ in free])[0]

    def strike(self, chosen):
        _, name, keys, method = chosen
        if keys == ["server"]:
            keys = [self.draw.choice([server for server in self.planner.urls if server not in self.taken])]
        what, seconds, mend = getattr(self, method)(keys[0])
        number = next(self.number)
        self.struck[name] += 1
        self.stage.say(f"strike {number}: {what}, for {seconds:.1f} s")
        if mend:
            self.taken.update(keys)
            self.due.append(Damage(time.monotonic() + seconds, number, keys, what, mend, mend.__name__ == "start_server"))

    def is_free(self, keys):
        if keys == ["server"]:
            return len(self.taken & self.planner.urls.keys()) < 3
        return not self.taken & set(keys)

    def mend(self, now):
        """What is due; all of it where `now` is nothing. The link first: a server starts only where it can be reached."""
        for one in sorted(self.due, key=lambda one: ("link" not in one.keys, one.at)):
            if now is not None and (one.at > now or (one.needs_link and "link" in self.taken)):
                continue
            self.due.remove(one)
            one.mend()
            self.taken.difference_update(one.keys)
            self.stage.say(f"mended {one.number}: {one.what}")

    def lasting(self, least, most, long=None):
        if long and self.long_strikes and self.draw.random() < LONG:
            return self.draw.uniform(*long)
        return self.draw.uniform(least, most)

    # ---- each strikes and gives (what it was, seconds, what mends it) ----

    def kill_rftd(self, _):
        self.stage.service.kill()
        return "kill -9 rftd", self.lasting(0, 4, (32, 45)), self.start_rftd

    def start_rftd(self):
        self.stage.service.start(wait=False)

    def kill_movers(self, _):
        self.stage.service.kill_movers()
        return "kill -9 the movers", 0, None

    def crash_machine(self, _):
        self.stage.service.crash()
        return "kill -9 rftd and the movers", self.lasting(0, 3), self.start_rftd

    def freeze_rftd(self, _):
        self.stage.service.process.send_signal(signal.SIGSTOP)
        return "SIGSTOP rftd", self.lasting(1, 6, (35, 45)), lambda: self.stage.service.process.send_signal(signal.SIGCONT)

    def freeze_movers(self, _):
        service = self.stage.service
        service.signal_movers(signal.SIGSTOP)
        return "SIGSTOP the movers", self.lasting(1, 6, (35, 45)), lambda: service.signal_movers(signal.SIGCONT)

    def kill_children(self, server):
        self.stage.bed.bed("kill", server, "child")
        return f"kill -9 the children of {server}", 0, None

    def kill_server(self, server):
        self.stage.bed.bed("kill", server, "both")
        return f"kill -9 {server}, all of it", self.lasting(0.5, 5), self.starter(server)

    def starter(self, server):
        def start_server():
            self.stage.bed.bed("start", server)
        return start_server

    def kill_parent(self, server):
        self.stage.bed.bed("kill", server, "parent")
        return f"kill -9 the parent of {server}", self.lasting(0.5, 5), self.starter(server)

    def freeze_server(self, server):
        self.stage.bed.bed("pause", server)
        return f"SIGSTOP {server}", self.lasting(1, 6, (35, 50)), lambda: self.stage.bed.bed("continue", server)

    def cut_link(self, _):
        what = self.draw.choice(["data", "control", "both"])
        way = self.draw.choice([[], ["oneway"]])
        self.stage.bed.bed("cut", "line", what, *way)
        return f"cut {what} {' '.join(way) or 'both ways'}", self.lasting(1, 8, (60, 62)), lambda: self.stage.bed.bed("heal", "line")

    def swallow_all(self, _):
        self.stage.bed.bed("cut", "line", "both")
        return "cut both both ways", 60, lambda: self.stage.bed.bed("heal", "line")

    def fill_disk(self, _):
        ballast = f"{self.planner.small_disk}/ballast"
        free = os.statvfs(self.planner.small_disk)
        with open(ballast, "wb") as file:
            try:
                file.write(b"x" * (free.f_bavail * free.f_frsize - 65536))
            except (OSError, ValueError):
                pass
        return "fill the disk", self.lasting(3, 12), lambda: os.unlink(ballast)

    def expire_proxy(self, _):
        """It ends a minute later, and is renewed a while after that."""
        self.stage.bed.bed("proxy", "alice", "--valid", "00:01", "--out", self.proxy)
        return "a proxy that ends in a minute", self.draw.uniform(63, 75), self.renew_proxy

    def renew_proxy(self):
        self.stage.bed.bed("proxy", "alice", "--valid", "12:00", "--out", self.proxy)
