"""What must hold once the faults have stopped. Each check gives what it found broken, as sentences."""

import filecmp
import glob
import os
import re
import sqlite3
import time

FINAL = ("done", "failed", "user_stop_partial_trans")
REVIVES = ("revived", "committed", "cleared")  # what may follow a final status, said by its user


def history_of(service, handle):
    """Numbers that rise, one end at a time, and the last line tells the status."""
    broken = []
    events = service.history(handle)["events"]
    numbers = [event["seq"] for event in events]
    if numbers != sorted(set(numbers)):
        broken.append(f"{handle}: the history's numbers do not rise: {numbers}")
    for before, after in zip(events, events[1:]):
        user_says = after["who"].startswith("uid:") and after["what"] in (*REVIVES, "priority")
        if before["status"] in FINAL and not user_says:
            broken.append(f"{handle}: {after['what']} by {after['who']} after the final status {before['status']}")
        if after["epoch"] < before["epoch"]:
            broken.append(f"{handle}: the epoch went back from {before['epoch']} to {after['epoch']}")
    record = service.record(handle)
    if record and (not events or events[-1]["status"] != record["status"]):
        broken.append(f"{handle} is {record['status']}, its history ends in {events[-1]['status'] if events else 'nothing'}")
    return broken


def database_of(state):
    """Whole; no order is left over, no number of the history is missing, and nothing is counted twice."""
    broken = []
    database = sqlite3.connect(f"file:{state}/rft.db?mode=ro", uri=True, timeout=20)
    try:
        def rows(query):
            return database.execute(query).fetchall()
        if rows("PRAGMA integrity_check") != [("ok",)]:
            broken.append("the database's integrity check fails")
        if rows("PRAGMA foreign_key_check"):
            broken.append("the database has rows without their parents")
        count, least, most = rows("SELECT count(*), min(seq), max(seq) FROM event")[0]
        if count and count != most - least + 1:
            broken.append(f"{most - least + 1 - count} numbers are missing in the history")
        for word, files in rows("SELECT status, files FROM status_count"):
            found = rows(f"SELECT count(*) FROM file WHERE status = '{word}'")[0][0]
            if found != files:
                broken.append(f"{files} files are counted as {word}, {found} are")
        left = rows("SELECT count(*) FROM outbox")[0][0]
        if left:
            broken.append(f"{left} orders are left in the outbox")
        open_tries = rows("SELECT count(*) FROM attempt WHERE ended_at IS NULL")[0][0]
        if open_tries:
            broken.append(f"{open_tries} tries have no end")
        return broken
    finally:
        database.close()


def parts_in(folder):
    return glob.glob(f"{folder}/**/.rft-*", recursive=True)


def no_parts_within(service, folder, seconds):
    """The ledger deletes them, and has none of this folder any more."""
    end = time.monotonic() + seconds
    while (left := parts_in(folder)) or any(folder in destination for destination in ledger_of(service.state)):
        if time.monotonic() > end:
            return [f"part files are left after {seconds} s: {left}, in the ledger {ledger_of(service.state)}"]
        time.sleep(0.2)
    return []


def ledger_of(state):
    database = sqlite3.connect(f"file:{state}/rft.db?mode=ro", uri=True, timeout=20)
    try:
        return [row[0] for row in database.execute("SELECT destination FROM part")]
    finally:
        database.close()


def same(path, source):
    try:
        return filecmp.cmp(path, source, shallow=False)
    except FileNotFoundError:
        return False


def crashes_of(service):
    """What ended by itself. kill -9 is ours; anything else is a bug that a restart would have hidden."""
    service.look_for_crash()
    with open(f"{service.state}.log", encoding="utf-8", errors="replace") as file:
        log = file.read()
    ends = re.findall(r"mover \S+ is gone: (?!was ended by signal 9$|exited with 0$).*ed (?:by|with).*$", log, re.MULTILINE)
    reports = re.findall(r".*(?:Sanitizer|terminate called|Assertion|SIGSEGV).*", log)
    return service.crashes + ends + reports


def open_files(pid):
    """Descriptors by kind: what a process holds for good, and its sockets."""
    kinds = {"socket": 0, "other": 0}
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            kinds["socket" if os.readlink(f"/proc/{pid}/fd/{name}").startswith("socket:") else "other"] += 1
        except OSError:
            pass
    return kinds


RFTD_OTHER, RFTD_SOCKETS = 20, 3  # an idle rftd holds about 15, one more for each mover; and a socket for us
MOVER_OTHER, MOVER_SOCKETS = 14, 3  # the listener, rftd's connection, one for signals


def leaks_of(stage, seconds):
    """Processes and descriptors, once idle sessions had their time to be closed."""
    end = time.monotonic() + seconds
    while (broken := leaks_now(stage)) and time.monotonic() < end:
        time.sleep(1)
    return broken


def leaks_now(stage):
    broken = []
    processes = stage.processes()
    daemons = [pid for pid, words in processes if "/rftd " in words]
    movers = [pid for pid, words in processes if "/rft-mover " in words]
    if daemons != [stage.service.process.pid] or len(daemons) + len(movers) != len(processes):
        broken.append(f"not only rftd and its movers are left: {processes}")
    limits = [("rftd", pid, RFTD_OTHER + len(movers), RFTD_SOCKETS + len(movers)) for pid in daemons]
    limits += [("rft-mover", pid, MOVER_OTHER, MOVER_SOCKETS) for pid in movers]
    for name, pid, other, sockets in limits:
        kinds = open_files(pid)
        if kinds["other"] > other or kinds["socket"] > sockets:
            broken.append(f"{name} {pid} holds {kinds} idle; {other} and {sockets} sockets at most were expected")
    return broken
