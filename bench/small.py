"""How long one 1 KiB file over GSI takes, to verified, against globus-url-copy in the same run.

usage: small.py BIN_FOLDER [COLD_RUNS]

`warm`: `rft copy` on a service whose sessions are open; `cold`: on an idle one that has closed them (61 s each). The two
programs take turns. Prints a table in Markdown.
"""

import os
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "testbed"))
from service import Service, Testbed  # noqa: E402

WARM_RUNS = 15
SESSIONS_CLOSED = 66  # seconds: session_idle_limit of the mover, and one look of its own
TARGET = 0.25  # of globus-url-copy, cold


def timed(command, environment):
    begun = time.monotonic()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stderr}")
    return time.monotonic() - begun


def main():
    cold_runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    bed, service = Testbed(), None
    try:
        bed.bed("start", "one")
        bed.bed("start", "two")
        environment = {**os.environ, **bed.environment(), "RFT_STATE_DIR": bed.on_disk("state")}
        service = Service(sys.argv[1], bed.on_disk("state"), bed.environment())
        service.start()
        source = bed.url("one") + bed.make_file("in", 1024)
        count = 0

        def pair():
            nonlocal count
            count += 1
            target = f"{bed.url('two')}{bed.folder}/out{count}"
            ours = timed([f"{service.bin}/rft", "copy", source, target], environment)
            theirs = timed(["globus-url-copy", source, f"{target}-peer"], environment)
            return ours, theirs

        pair()  # the mover is started
        print("| one 1 KiB file, GSI, verified | runs | rft copy, median | worst | globus-url-copy, median | ratio |")
        print("|---|---|---|---|---|---|")
        for name, runs, pause in (("warm", WARM_RUNS, 0), ("cold", cold_runs, SESSIONS_CLOSED)):
            pairs = []
            for _ in range(runs):
                time.sleep(pause)
                pairs.append(pair())
            ours, theirs = [one for one, _ in pairs], [other for _, other in pairs]
            ratio = statistics.median(one / other for one, other in pairs)
            print(f"| {name} | {runs} | {statistics.median(ours) * 1000:.0f} ms | {max(ours) * 1000:.0f} ms "
                  f"| {statistics.median(theirs) * 1000:.0f} ms | {ratio:.2f} |", flush=True)
        print(f"\ntarget: cold, at most {TARGET} of globus-url-copy: {'met' if ratio <= TARGET else 'MISSED'}")
    finally:
        if service:
            service.stop()
        bed.destroy()


if __name__ == "__main__":
    main()
