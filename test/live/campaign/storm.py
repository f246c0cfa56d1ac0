"""Many transfers under way, their users who change their minds, and the nemesis among them."""

import os
import random
import threading
import time

import plans as plans_of
import verdict
from nemesis import Nemesis

POLL = 0.3  # seconds between two looks at the final names


class Storm:
    def __init__(self, stage, seed, count, seconds, pace, long_strikes):
        self.stage, self.service = stage, stage.service
        self.draw = random.Random(seed)
        self.users_draw = random.Random(seed + 1)
        bed = stage.bed
        stage.mount("disk", "16m")  # before the servers: each has its own view of mounts
        bed.bed("link", "line", "--rate", "160mbit")
        for name, (side, options) in plans_of.SERVERS.items():
            bed.bed("start", name, "--netns", f"line-{side}", *options)
        self.planner = plans_of.Planner(stage, self.draw, {name: bed.url(name) for name in plans_of.SERVERS})
        self.plans = self.planner.draw_all(count)
        self.seconds = seconds
        self.nemesis = Nemesis(stage, random.Random(seed + 2), self.planner, pace, long_strikes)
        self.calm = pace is None
        self.over = threading.Event()
        self.found = []  # what was seen to be broken on the way
        self.calls = 0

    def run(self, settle_within):
        """The whole storm; then everything has `settle_within` seconds to end."""
        self.service.start()
        self.service.hand_over(self.nemesis.proxy)
        threads = [threading.Thread(target=self.guarded, args=(work,), daemon=True)
                   for work in (self.submit_all, self.change_minds, self.watch_names)]
        for thread in threads:
            thread.start()
        if self.calm:
            time.sleep(self.seconds)
        else:
            self.nemesis.run(self.seconds)
        self.stage.say(f"the faults stop; all must end within {settle_within} s")
        self.over.set()
        for thread in threads[:2]:
            thread.join()
        began = time.monotonic()
        self.await_ends(settle_within)
        self.stage.say(f"all ended after {time.monotonic() - began:.1f} s")
        self.check_ends()
        self.clean_up_as_user(settle_within)
        self.watching_ended = True
        threads[2].join()
        return self.found

    watching_ended = False

    def find(self, what):
        self.stage.say(f"BROKEN {what}")
        self.found.append(what)

    def guarded(self, work):
        try:
            work()
        except Exception as error:  # a thread's end would pass unseen
            self.find(f"{work.__name__}: {type(error).__name__}: {error}")

    # ---- users ----

    def submit_all(self):
        gap = self.seconds * 0.85 / len(self.plans)
        began = time.monotonic()
        for i, plan in enumerate(self.plans):
            time.sleep(max(0, began + i * gap - time.monotonic()))
            self.service.copy(plan.handle, plan.source, plan.destination, commit=plan.committed, **plan.options)
            if not plan.committed:
                self.must(plan, 200, "POST", "/commit")
            plan.submitted = True

    def must(self, plan, wanted, method, what="", body=None):
        self.calls += 1
        status, reply = self.service.call(method, f"/v1/transfers/{plan.handle}{what}", body)
        if status != wanted:
            self.find(f"{method} {plan.handle}{what}: {status} {reply}")

    def change_minds(self):
        """Stops, commits again, clears, changes priorities; what was answered is what must be kept."""
        draw = self.users_draw
        while not self.over.wait(draw.expovariate(1 / (self.seconds / len(self.plans) * 1.5))):
            known = [plan for plan in self.plans if plan.submitted and plan.wish != "clear"]
            if not known:
                continue
            # Mostly the younger ones: they are under way.
            plan = draw.choice(known[-25:] if draw.random() < 0.7 else known)
            call = draw.choices(["stop", "commit", "priority", "clear"], [30, 25, 30, 15])[0]
            if plan.wish == "stop" and draw.random() < 0.5:
                call = "commit"
            self.say(plan, call)

    def say(self, plan, call):
        self.calls += 1
        target = f"/v1/transfers/{plan.handle}"
        if call == "clear":
            status, reply = self.service.call("DELETE", target)
        elif call == "priority":
            body = {"operation": self.users_draw.choice(["push", "increase", "decrease"])}
            status, reply = self.service.call("POST", f"{target}/priority", body)
        else:
            status, reply = self.service.call("POST", f"{target}/{call}")
        if status == 200 and call != "priority":
            plan.wish = {"stop": "stop", "commit": "run", "clear": "clear"}[call]
        elif status != 200 and not (status == 409 and reply["code"] == "wrong_state"):
            self.find(f"{call} {plan.handle}: {status} {reply}")

    # ---- final names ----

    def watch_names(self):
        """At no moment anything but a whole file, new or old, stands under a final name (P3)."""
        seen = {}
        watched = [plan for plan in self.plans if not plan.in_place()]
        while not self.watching_ended:
            for plan in watched:
                try:
                    standing = os.stat(plan.out)
                    now = (standing.st_ino, standing.st_size, standing.st_mtime_ns)
                except OSError:
                    continue
                if seen.get(plan.out) != now:
                    seen[plan.out] = now
                    if not any(verdict.same(plan.out, content) for content in plan.contents) and os.path.exists(plan.out):
                        self.find(f"{plan.handle}: {standing.st_size} bytes of something else stand under the final name")
            time.sleep(POLL)

    # ---- the end ----

    def await_ends(self, seconds):
        end = time.monotonic() + seconds
        waiting = [plan for plan in self.plans if plan.submitted]
        while waiting:
            records = [(plan, self.service.record(plan.handle)) for plan in waiting]
            waiting = [plan for plan, record in records if record and record["status"] not in verdict.FINAL]
            if time.monotonic() > end:
                for plan, record in records:
                    if plan in waiting:
                        why = self.service.call("GET", f"/v1/transfers/{plan.handle}/why")[1]
                        self.find(f"{plan.handle} {plan.options} {plan.source} {plan.destination} has not ended: {record['status']}, {why.get('sentence')}, "
                                          f"until {why.get('until')}, tries {record['attempts']}, {record['fault']}")
                return
            time.sleep(0.3)

    def check_ends(self):
        for plan in self.plans:
            record = self.service.record(plan.handle)
            for what in self.judge(plan, record) + (verdict.history_of(self.service, plan.handle) if record else []):
                self.find(what)

    def judge(self, plan, record):
        if plan.wish == "clear":
            return [] if record is None else [f"{plan.handle} was cleared and is {record['status']}"]
        if record is None:
            return [f"{plan.handle} is not there"]
        if record["status"] == "user_stop_partial_trans":
            return [] if plan.wish == "stop" else [f"{plan.handle} is stopped, its user wants it to run"]
        if record["status"] == "failed":
            fault = (record["fault"]["code"], record["fault"]["side"])
            wrong = fault != plan.expects or plan.wish == "stop"
            return [f"{plan.handle} failed (wish {plan.wish}): {record['fault']}"] if wrong else []
        if plan.expects != plans_of.DONE:
            return [f"{plan.handle} is {record['status']}, {plan.expects} was due"]
        if not any(verdict.same(plan.out, content) for content in plan.contents):
            return [f"{plan.handle} is done and is not its source"]
        return []

    def clean_up_as_user(self, seconds):
        """What was stopped goes on or is cleared, what failed is cleared: no part may be left of either."""
        for plan in self.plans:
            record = self.service.record(plan.handle)
            if record and record["status"] == "user_stop_partial_trans":
                self.say(plan, self.users_draw.choice(["commit", "clear"]))
            elif record and record["status"] == "failed":
                self.say(plan, "clear")
        self.await_ends(seconds)
        self.check_ends()
        for plan in self.plans:
            if (record := self.service.record(plan.handle)) and record["status"] == "failed":
                self.say(plan, "clear")

    def figures(self):
        """How often each transfer was tried, for the report."""
        records = [record for plan in self.plans if (record := self.service.record(plan.handle))]
        tries = sorted((record["attempts"] for record in records), reverse=True)
        statuses = {status: sum(record["status"] == status for record in records) for status in verdict.FINAL}
        return f"{len(self.plans)} transfers, {self.calls} calls of users, ends {statuses}, tries {sum(tries)}, most {tries[:5]}"
