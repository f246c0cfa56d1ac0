"""Real kills: a storm over many transfers, strikes at each point of the protocol, bytes that change on the way.

usage: campaign.py BIN_FOLDER [--short] [--seed N] [--parts storm,points,flips]
Root: it makes network namespaces and small file systems. Prints its seed, each strike, what it found; exits with 1
where a promise is broken. The parts run side by side, each on servers and a service of its own.
"""

import argparse
import sys
import threading
import time
import traceback

import flips
import points
import storm
import verdict
from relay import Loop
from stage import Stage, limit_time

IDLE_SESSIONS = 75  # seconds after which a mover has closed what it keeps warm
STORM = (300, 420, 3.0, 300)  # transfers, seconds, seconds between strikes, seconds until all must have ended after them
STORM_SHORT = (60, 35, 2.0, 60)
LIMIT, LIMIT_SHORT = 1500, 240  # seconds for everything


def run_storm(options):
    stage = Stage(options.bin, "storm")
    count, seconds, pace, settle = STORM_SHORT if options.short else STORM
    part = storm.Storm(stage, options.seed, options.count or count, options.seconds or seconds,
                       None if options.calm else pace, not options.short)
    broken = part.run(settle)
    report = ["storm: " + part.figures(),
              "storm: struck: " + ", ".join(f"{name} {count}" for name, count in part.nemesis.struck.most_common())]
    return report, broken + end_of(stage, options)


def run_points(options):
    stage = Stage(options.bin, "points")
    begin_on_loopback(stage)
    chosen = [point for point in points.POINTS if point.telling or not options.short]
    part = points.Points(stage, Loop(), [point for point in chosen if options.only in point.name()])
    victims = points.ROUNDS[:2] + points.LONE[:2] if options.short else points.ROUNDS + points.LONE + points.MUTE
    part.run(options.victims.split(",") if options.victims else victims)
    report = [part.table(), "points: struck: " + ", ".join(f"{victim} {count}" for victim, count in part.struck().items())]
    return report, part.broken() + end_of(stage, options)


def run_flips(options):
    stage = Stage(options.bin, "flips")
    stage.bed.bed("start", "ftpd", "--kind", "proftpd")
    begin_on_loopback(stage)
    chosen = [flip for flip in flips.FLIPS if flip.telling or not options.short]
    part = flips.Flips(stage, Loop(), [flip for flip in chosen if options.only in flip.name])
    part.run()
    return [part.table()], part.broken + end_of(stage, options)


PARTS = {"storm": run_storm, "points": run_points, "flips": run_flips}


def begin_on_loopback(stage):
    """Anonymous servers, so that a relay can read what is said."""
    for name in ("near", "far"):
        stage.bed.bed("start", name, "--anon")
    stage.bed_urls = {line.split()[0]: stage.bed.url(line.split()[0]) for line in stage.bed.bed("status").splitlines()}
    stage.service.start()


def end_of(stage, options):
    """The checks that are the same for every part; then the stage is taken down."""
    broken = verdict.no_parts_within(stage.service, stage.folder, 60)
    broken += verdict.database_of(stage.service.state)
    broken += verdict.crashes_of(stage.service)
    if not options.short:
        broken += verdict.leaks_of(stage, IDLE_SESSIONS)
    stage.say(f"checked: {len(broken)} broken")
    if options.keep:
        print(f"kept: {stage.folder}", flush=True)
        time.sleep(options.keep)
    stage.end()
    return broken


def run_part(name, options, ends):
    try:
        report, broken = PARTS[name](options)
    except BaseException:
        report, broken = [], [f"did not come to its end: {traceback.format_exc()}"]
    ends[name] = (report, broken)


def parse():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("bin")
    arguments.add_argument("--short", action="store_true")
    arguments.add_argument("--seed", type=int)
    arguments.add_argument("--parts", default=",".join(PARTS))
    arguments.add_argument("--count", type=int, help="transfers of the storm")
    arguments.add_argument("--seconds", type=int, help="of the storm")
    arguments.add_argument("--calm", action="store_true", help="a storm without strikes")
    arguments.add_argument("--only", default="", help="points and flips whose name has this")
    arguments.add_argument("--victims", help="of the points")
    arguments.add_argument("--keep", type=int, default=0, help="seconds before all is taken down")
    options = arguments.parse_args()
    if options.seed is None:
        options.seed = 1 if options.short else int(time.time())
    return options


def main():
    options = parse()
    limit_time((LIMIT_SHORT if options.short else LIMIT) + options.keep)
    print(f"seed {options.seed}", flush=True)
    ends = {}
    threads = [threading.Thread(target=run_part, args=(name, options, ends), daemon=True) for name in options.parts.split(",")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    broken = []
    for name, (report, found) in ends.items():
        print("\n".join(report))
        broken += [f"BROKEN {name}: {what}" for what in found]
    print("\n".join([*broken, f"{len(broken)} broken; seed {options.seed}"]))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
