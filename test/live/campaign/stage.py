"""What a campaign plays on: real servers, a real service, and the certainty that nothing of it is left behind."""

import atexit
import http.client
import os
import re
import signal
import subprocess
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "testbed"))
from service import ROOT, Service, Testbed  # noqa: E402

ANSWER_WITHIN = 90  # seconds: longer than any strike keeps rftd away, but for those that are said to
NOT_NOW = (429, 503)


class Steadfast(Service):
    """A client that asks again, with the same Idempotency-Key, until it is answered; whoever restarts rftd."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.crashes = []  # ends of rftd that nobody asked for
        self.expected_dead = True

    def start(self, wait=True):
        self.expected_dead = False
        super().start(wait)

    def kill(self):
        self.look_for_crash()
        self.expected_dead = True
        super().kill()

    def crash(self):
        self.look_for_crash()
        self.expected_dead = True
        super().crash()

    def look_for_crash(self):
        if not self.expected_dead and self.process.poll() is not None:
            self.crashes.append(f"rftd ended by itself with {self.process.returncode}")
            self.expected_dead = True

    def call(self, method, target, body=None, within=ANSWER_WITHIN):
        """(status, reply) of the first real answer."""
        key, end = str(uuid.uuid4()), time.monotonic() + within
        while True:
            try:
                status, reply = self.request(method, target, body, key)
                if status not in NOT_NOW:
                    return status, reply
            except (OSError, http.client.HTTPException):
                pass
            if time.monotonic() > end:
                raise TimeoutError(f"{method} {target} was not answered in {within} s")
            time.sleep(0.1)

    def copy(self, handle, source, destination, commit=True, **options):
        status, reply = self.call("POST", "/v1/transfers", {"handle": handle, "source": source, "destination": destination,
                                                            "commit": commit, "options": options})
        if status not in (200, 201):
            raise RuntimeError(f"{handle}: {reply}")

    def record(self, handle):
        """Nothing where there is no such transfer."""
        status, reply = self.call("GET", f"/v1/transfers/{handle}")
        return None if status == 404 else reply

    def await_end(self, handle, seconds):
        """The record, done or failed."""
        end = time.monotonic() + seconds
        while (record := self.record(handle))["status"] not in ("done", "failed"):
            if time.monotonic() > end:
                raise TimeoutError(f"{handle} has not ended after {seconds} s: {record['hold']} {record['fault']}")
            time.sleep(0.1)
        return record

    def history(self, handle):
        return self.call("GET", f"/v1/transfers/{handle}/history")[1]


class Stage:
    """A testbed and a service in a folder of their own, ended however the campaign ends."""

    def __init__(self, bin_folder, name, environment=None):
        self.bed = Testbed()
        self.folder = self.bed.folder
        self.mounts = []
        self.guard = Guard(self.folder)
        atexit.register(self.end)
        os.chmod(self.folder, 0o711)  # servers of another user pass through
        self.environment = {**self.bed.environment(), **(environment or {})}
        self.service = Steadfast(bin_folder, f"{self.folder}/state", self.environment)
        self.began = time.monotonic()
        self.name = name

    def say(self, text):
        print(f"{self.name} {time.monotonic() - self.began:6.1f} s  {text}", flush=True)

    def make_folder(self, name):
        path = f"{self.folder}/{name}"
        os.makedirs(path, exist_ok=True)
        os.chmod(path, 0o777)
        return path

    def mount(self, name, size):
        path = self.make_folder(name)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0777", "tmpfs", path], check=True)
        self.mounts.append(path)
        return path

    def processes(self):
        """Of rftd and its movers: (pid, arguments)."""
        return [(pid, words) for pid, words in processes_naming(self.folder) if "/rft" in words.split(" ")[0]]

    def end(self):
        atexit.unregister(self.end)
        clean_up(self.folder, self.mounts)
        self.guard.release()


def processes_naming(folder):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if folder in words and int(pid) != os.getpid():
            found.append((int(pid), words))
    return found


def clean_up(folder, mounts=()):
    for _ in range(3):  # an rftd that is struck while it starts a mover
        for pid, words in processes_naming(folder):
            if re.match(r"\S*/rftd? |\S*/rft-mover ", words):
                kill(pid)
    subprocess.run([f"{ROOT}/testbed/testbed", f"{folder}/bed", "destroy"], check=False, stdout=subprocess.DEVNULL)
    for mount in mounts or [line.split()[1] for line in open("/proc/mounts", encoding="utf-8") if folder in line.split()[1]]:
        subprocess.run(["umount", "-l", mount], check=False)
    subprocess.run(["rm", "-rf", folder], check=False)


def kill(pid, number=signal.SIGKILL):
    try:
        os.kill(pid, number)
        return True
    except ProcessLookupError:
        return False


class Guard:
    """A process that cleans up when the campaign died without doing it."""

    def __init__(self, folder):
        code = ("import sys; sys.path.insert(0, sys.argv[1]); import stage\n"
                "if not sys.stdin.read(): stage.clean_up(sys.argv[2])\n")
        self.process = subprocess.Popen([sys.executable, "-c", code, os.path.dirname(os.path.abspath(__file__)), folder],
                                        stdin=subprocess.PIPE, start_new_session=True)

    def release(self):
        self.process.communicate(b"done")


def limit_time(seconds):
    """However it hangs, it ends: with a word, and through the clean-up."""
    def over(*_):
        raise SystemExit(f"the campaign was not over after {seconds} s")
    for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, over)
    signal.alarm(seconds)
