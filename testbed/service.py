"""A service of one's own, servers on a shaped link, and the means to break them. For benchmarks and live tests."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Testbed:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="rft-bed.", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
        self.disk = None
        self.bed("init")

    def bed(self, *arguments):
        done = subprocess.run([f"{ROOT}/testbed/testbed", f"{self.folder}/bed", *arguments], capture_output=True, text=True,
                              timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"testbed {' '.join(arguments)}: {done.stderr}")
        return done.stdout.strip()

    def url(self, name):
        return self.bed("url", name)

    def link_bytes(self, name):
        return int(self.bed("link-bytes", name))

    def environment(self):
        lines = self.bed("env").splitlines()
        pairs = [line.removeprefix("export ").split("=", 1) for line in lines if line.startswith("export ")]
        return {name: value.strip("'\"") for name, value in pairs}

    def make_file(self, name, size):
        path = f"{self.folder}/{name}"
        with open(path, "wb") as file:
            while size > 0:
                size -= file.write(os.urandom(min(size, 1 << 20)))
        return path

    def on_disk(self, name):
        """A path on a disk and not in memory: a save there costs what a save costs."""
        self.disk = self.disk or tempfile.mkdtemp(prefix="rft-bed.", dir="/var/tmp")
        return f"{self.disk}/{name}"

    def destroy(self):
        self.bed("destroy")
        for folder in (self.folder, self.disk):
            if folder:
                shutil.rmtree(folder, ignore_errors=True)


class Service:
    """rftd in a state folder of its own; started, killed and started again at will."""

    def __init__(self, bin_folder, state, environment=None):
        self.bin, self.state = os.path.abspath(bin_folder), state
        self.environment = {**os.environ, **(environment or {}), "RFT_STATE_DIR": state}
        self.socket = f"{state}/rftd.sock"
        self.config = None  # a TOML file
        self.process = None

    def start(self, wait=True):
        os.makedirs(self.state, mode=0o700, exist_ok=True)
        with open(f"{self.state}.log", "ab") as log:
            config = ["--config", self.config] if self.config else []
            self.process = subprocess.Popen([f"{self.bin}/rftd", "--state-dir", self.state, *config], stdout=log, stderr=log,
                                            env=self.environment, start_new_session=True)
        if wait:
            until(self.is_ready, 20, "rftd is not ready")

    def is_ready(self):
        try:
            return self.request("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def request(self, method, target, body=None, key=None):
        """`key` is an Idempotency-Key."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if key:
            headers["Idempotency-Key"] = key
        return self.exchange(method, target, json.dumps(body) if body is not None else None, headers)

    def post_lines(self, target, lines):
        """JSON lines; what was answered, line by line."""
        status, text = self.exchange("POST", target, lines, {"Content-Type": "application/x-ndjson"})
        if status != 200:
            raise RuntimeError(f"POST {target}: {text}")
        answers = [json.loads(line) for line in text.splitlines()] if isinstance(text, str) else [text]
        refused = [answer for answer in answers if "code" in answer]
        if refused:
            raise RuntimeError(f"POST {target}: {refused[:3]}")
        return answers

    def exchange(self, method, target, body, headers):
        connection = http.client.HTTPConnection("localhost", timeout=20)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(20)
        try:
            connection.sock.connect(self.socket)
            connection.request(method, target, body, headers)
            reply = connection.getresponse()
            text = reply.read()
        finally:
            connection.close()
        is_json = text[:1] in (b"{", b"[") and "ndjson" not in (reply.getheader("Content-Type") or "")
        return reply.status, (json.loads(text) if is_json else text.decode())

    def hand_over(self, proxy):
        with open(proxy, encoding="ascii") as file:
            status, reply = self.request("POST", "/v1/credentials", {"kind": "x509_proxy", "pem": file.read(), "path": proxy})
        if status not in (200, 201):
            raise RuntimeError(f"credential: {reply}")
        return reply["id"]

    def copy(self, handle, source, destination, **options):
        status, reply = self.request("POST", "/v1/transfers", {"handle": handle, "source": source, "destination": destination,
                                                               "commit": True, "options": options})
        if status not in (200, 201):
            raise RuntimeError(f"copy: {reply}")

    def record(self, handle):
        return self.request("GET", f"/v1/transfers/{urllib.parse.quote(handle)}")[1]

    def history(self, handle):
        return self.request("GET", f"/v1/transfers/{urllib.parse.quote(handle)}/history")[1]

    def await_status(self, handle, wanted, seconds=60):
        def reached():
            record = self.record(handle)
            if record["status"] in ("failed", "done") and record["status"] not in wanted:
                raise RuntimeError(f"{handle} is {record['status']}: {record['fault']}")
            return record["status"] in wanted
        until(reached, seconds, f"{handle} did not become {wanted}")
        return self.record(handle)

    def await_bytes(self, handle, least, seconds=60):
        until(lambda: self.record(handle)["bytes_confirmed"] >= least, seconds, f"{handle} did not reach {least} bytes")

    def movers(self):
        found = subprocess.run(["pgrep", "-f", "--", f"--dir {self.state}/movers"], capture_output=True, text=True)
        return [int(pid) for pid in found.stdout.split()]

    def signal_movers(self, number):
        for pid in self.movers():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def kill_movers(self):
        self.signal_movers(signal.SIGKILL)

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()

    def crash(self):
        """As the crash of a machine: the daemon and its movers at once."""
        pids = self.movers()
        self.process.kill()
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()

    def stop(self):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.kill_movers()


def until(true, seconds, what):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.05)
