"""Real kills: a storm over many transfers, strikes at each point of the protocol, bytes that change on the way.

usage: campaign.py BIN_FOLDER [--short] [--seed N] [--parts storm,points,flips]
Root: it makes network namespaces and small file systems. Prints its seed, each strike, what it found; exits with 1
where a promise is broken.
"""

import argparse
import sys
import time

import flips
import points
import storm
import verdict
from relay import Loop
from stage import Stage, limit_time

IDLE_SESSIONS = 75  # seconds after which a mover has closed what it keeps warm


def run_storm(options):
    stage = Stage(options.bin, "storm")
    count, seconds, pace = (60, 35, 2.0) if options.short else (300, 420, 3.0)
    part = storm.Storm(stage, options.seed, options.count or count, options.seconds or seconds,
                       None if options.calm else pace, not options.short)
    limit_time(3000) if options.keep else None
    broken = part.run(60 if options.short else 300)
    print("storm: " + part.figures())
    print("storm: struck: " + ", ".join(f"{name} {count}" for name, count in part.nemesis.struck.most_common()))
    return broken + end_of(stage, options)


def run_points(options):
    stage = Stage(options.bin, "points")
    begin_on_loopback(stage)
    chosen = [point for point in points.POINTS if point.telling or not options.short]
    if options.only:
        chosen = [point for point in chosen if options.only in point.name()]
    part = points.Points(stage, Loop(), chosen)
    victims = points.ROUNDS[:2] + points.LONE[:2] if options.short else points.ROUNDS + points.LONE + points.MUTE
    part.run(options.victims.split(",") if options.victims else victims)
    print(part.table())
    broken = part.broken() + end_of(stage, options)
    print("points: struck: " + ", ".join(f"{victim} {count}" for victim, count in part.struck().items()))
    return broken


def run_flips(options):
    stage = Stage(options.bin, "flips")
    stage.bed.bed("start", "ftpd", "--kind", "proftpd")
    begin_on_loopback(stage)
    part = flips.Flips(stage, Loop(), [flip for flip in flips.FLIPS if (flip.telling or not options.short) and (options.only or "") in flip.name])
    part.run()
    print(part.table())
    return part.broken + end_of(stage, options)


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
    if options.keep:
        print(f"kept: {stage.folder}")
        input("Enter ends it")
    stage.end()
    return broken


PARTS = {"storm": run_storm, "points": run_points, "flips": run_flips}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("bin")
    arguments.add_argument("--short", action="store_true")
    arguments.add_argument("--seed", type=int, default=None)
    arguments.add_argument("--parts", default=",".join(PARTS))
    arguments.add_argument("--count", type=int, help="transfers of the storm")
    arguments.add_argument("--seconds", type=int, help="of the storm")
    arguments.add_argument("--calm", action="store_true", help="a storm without strikes")
    arguments.add_argument("--only", help="points, or flips, whose name has this")
    arguments.add_argument("--victims", help="of the points")
    arguments.add_argument("--keep", action="store_true", help="wait before the end where something is broken")
    options = arguments.parse_args()
    if options.seed is None:
        options.seed = 1 if options.short else int(time.time())
    limit_time(200 if options.short else 1700)
    print(f"seed {options.seed}", flush=True)
    broken = []
    for name in options.parts.split(","):
        broken += [f"{name}: {what}" for what in PARTS[name](options)]
    for what in broken:
        print(f"BROKEN {what}")
    print(f"{len(broken)} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
