"""Every call in every state, repeated, through each of the four faces, on a real service with real servers.

usage: faces_test.py BIN_FOLDER     (root, for the slow link; packages as scripts/deps installs them)
"""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import types
import unittest
import uuid

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "python"))
import pyrft  # noqa: E402

BIN = os.path.abspath(sys.argv.pop(1))

# Design, section 2. A cell is what the call answers: a status, or the code of its refusal.
STATES = ["none", "inactive", "committed", "active", "stopping", "done", "failed", "stopped"]
STOPPED = "user_stop_partial_trans"
TABLE = {
    "submit":   ["inactive", "inactive", "committed", "active", "active", "done", "failed", STOPPED],
    "other":    ["inactive"] + ["handle_in_use"] * 7,
    "commit":   ["no_such_transfer", "committed", "committed", "active", "wrong_state", "done", "committed", "committed"],
    "complete": ["committed", "committed", "committed", "active", "active", "done", "failed", STOPPED],
    "list":     ["no_such_transfer", "inactive", "committed", "active", "active", "done", "failed", STOPPED],
    "status":   ["no_such_transfer", "inactive", "committed", "active", "active", "done", "failed", STOPPED],
    "priority": ["no_such_transfer", "inactive", "committed", "wrong_state", "wrong_state", "wrong_state", "wrong_state", STOPPED],
    "stop":     ["no_such_transfer", "wrong_state", STOPPED, "active", "active", "wrong_state", "wrong_state", STOPPED],
    "clear":    ["no_such_transfer", "user_stop", "wrong_state", "wrong_state", "wrong_state", "user_stop", "user_stop", "user_stop"],
}
# What a repeat answers, where it is not what the first answered.
AGAIN = {
    ("clear", "user_stop"): "no_such_transfer",
    # A revived or committed transfer may be on its way already.
    ("commit", "committed"): None,
    ("complete", "committed"): None,
    ("stop", "active"): None,
}


# A request of many files answers as one of one file does; but what is stopped of it are its parts, one by one.
LIST_STATES = ["inactive", "committed", "active", "done", "failed", "stopped"]
LIST_ANSWERS = {("stop", "committed"): "active"}
LIST_CALLS = [["list", "status", "priority"], ["commit"], ["stop"], ["clear"]]  # a list for each


class Rest:
    """HTTP over the Unix socket, as any client would speak it."""

    def __init__(self, path):
        self.path = path

    def request(self, method, target, body=None, key=None, raw=None):
        connection = http.client.HTTPConnection("localhost", timeout=20)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(20)
        connection.sock.connect(self.path)
        headers = {"Idempotency-Key": key} if key else {}
        data = raw if raw is not None else (json.dumps(body) if body is not None else None)
        if data is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, target, data, headers)
        reply = connection.getresponse()
        text = reply.read()
        connection.close()
        return reply.status, (json.loads(text) if text else {})

    def call(self, name, handle, *arguments):
        transfer = f"/v1/transfers/{handle}"
        if name in ("submit", "complete"):
            body = {"handle": handle, "source": arguments[0], "destination": arguments[1]}
            if name == "complete":
                body["commit"] = True
            status, reply = self.request("POST", "/v1/transfers", body)
        elif name in ("commit", "stop"):
            status, reply = self.request("POST", f"{transfer}/{name}")
        elif name == "priority":
            status, reply = self.request("POST", f"{transfer}/priority", {"priority": int(arguments[0])})
        elif name == "clear":
            status, reply = self.request("DELETE", transfer)
        else:
            status, reply = self.request("GET", transfer + ("/status" if name == "status" else ""))
        return reply["code"] if status >= 400 else reply["status"]


    def submit_list(self, handle, source, destination, paths, **options):
        body = {"handle": handle, "kind": "list", "source": source, "destination": destination, "options": options}
        self.request("POST", "/v1/transfers", body)
        lines = "".join(json.dumps({"source": path}) + "\n" for path in paths)
        self.request("POST", f"/v1/transfers/{handle}/files", raw=lines)
        return self.call("status", handle)

    def submit_mirror(self, handle, source, destination):
        body = {"handle": handle, "kind": "tree", "source": source, "destination": destination,
                "options": {"delete_extra": True}}
        self.request("POST", "/v1/transfers", body)
        return self.call("status", handle)

    def files(self, handle):
        return [file["status"] for file in self.request("GET", f"/v1/transfers/{handle}/files")[1]["files"]]


class Cli:
    def __init__(self, path):
        self.path = path

    def submit_list(self, handle, source, destination, paths, **options):
        command = ["submit", source, destination, "--from", "-", "--handle", handle, "--json"]
        for option in options.items():
            command += ["--option", "=".join(option)]
        done = subprocess.run([f"{BIN}/rft", "--server", f"unix:{self.path}", *command], input="\n".join(paths) + "\n",
                              capture_output=True, text=True, timeout=30)
        return json.loads(done.stdout)["status"] if done.returncode == 0 else done.stderr

    def submit_mirror(self, handle, source, destination):
        return self.call("submit", handle, "-r", source, destination, "--delete-extra", "--yes")

    def files(self, handle):
        done = subprocess.run([f"{BIN}/rft", "--server", f"unix:{self.path}", "ls", handle, "--files", "--json"],
                              capture_output=True, text=True, timeout=30)
        return [json.loads(line)["status"] for line in done.stdout.splitlines()]

    def call(self, name, handle, *arguments):
        if name in ("submit", "complete"):
            command = [name, *arguments, "--handle", handle]
        else:
            command = [name, handle, *arguments]
        done = subprocess.run([f"{BIN}/rft", "--server", f"unix:{self.path}", *command, "--json"],
                              capture_output=True, text=True, timeout=30)
        reply = json.loads(done.stdout) if done.stdout.strip() else {}
        if done.returncode == 0:
            return reply["status"]
        code = reply.get("code") or re.search(r"\b([a-z]+(?:_[a-z]+)+)\b", done.stderr).group(1)
        expected = {"no_such_transfer": 3, "wrong_state": 4, "handle_in_use": 4}
        if done.returncode != expected.get(code):
            return f"{code}, but exit code {done.returncode}"
        return code


class Python:
    CALLS = {
        "submit": "submitTransferRequest", "complete": "completeTransferRequest", "commit": "commitTransferRequest",
        "list": "listTransferRequest", "status": "checkStatusRequest", "priority": "changePriorityRequest",
        "clear": "clearRecordRequest", "stop": "userStopTransferRequest",
    }

    def __init__(self, path):
        self.client = pyrft.Client(server=f"unix:{path}")

    def call(self, name, handle, *arguments):
        if name == "priority":
            arguments = (int(arguments[0]),)
        if name in ("submit", "complete"):
            arguments = (*arguments, 50)
        try:
            reply = getattr(self.client, self.CALLS[name])(handle, *arguments)
        except pyrft.RftError as error:
            return error.code
        if name == "submit":  # answers the handle alone
            return self.client.checkStatusRequest(handle)["status"]
        return reply["status"]

    def submit_list(self, handle, source, destination, paths, **options):
        self.client.submit(source, destination, handle=handle, kind="list", **options)
        self.client.add_files(handle, paths)
        return self.client.status(handle)["status"]

    def submit_mirror(self, handle, source, destination):
        self.client.submit(source, destination, handle=handle, kind="tree", delete_extra=True)
        return self.client.status(handle)["status"]

    def files(self, handle):
        return [file["status"] for file in self.client.files(handle)]


class Library:
    def __init__(self, path):
        self.path = path

    def call(self, name, handle, *arguments):
        done = subprocess.run([f"{BIN}/librft_face", self.path, name, handle, *arguments],
                              capture_output=True, text=True, timeout=30, check=True)
        return done.stdout.split()[1]

    def submit_list(self, handle, source, destination, paths, **options):
        return self.call("submit_list", handle, source, destination, *map("=".join, options.items()), *paths)

    def submit_mirror(self, handle, source, destination):
        return self.call("submit_tree", handle, source, destination, "delete_extra=true")

    def files(self, handle):
        return self.call("files", handle).rstrip(",").split(",")


class Faces(unittest.TestCase):
    ports_of_nobody = set()

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="rft-faces.")
        cls.bed("init")
        cls.bed("link", "slow", "--rate", "4mbit")
        cls.bed("start", "near", "--anon", "--netns", "slow-src")
        cls.bed("start", "far", "--anon", "--netns", "slow-dst")
        cls.bed("start", "here", "--anon")
        cls.near, cls.far, cls.here = (cls.bed("url", name) for name in ("near", "far", "here"))
        with open(f"{cls.folder}/big", "wb") as big:
            big.write(os.urandom(1 << 20) * 64)
        for name in ("small", "small2"):
            with open(f"{cls.folder}/{name}", "wb") as small:
                small.write(os.urandom(1000))
        cls.state = f"{cls.folder}/state"
        cls.socket = f"{cls.state}/rftd.sock"
        with open(f"{cls.folder}/rftd.log", "wb") as log:
            cls.rftd = subprocess.Popen([f"{BIN}/rftd", "--state-dir", cls.state], stdout=log, stderr=log)
        cls.rest = Rest(cls.socket)
        cls.until(lambda: os.path.exists(cls.socket) and cls.rest.request("GET", "/readyz")[0] == 200)
        cls.faces = {"rest": cls.rest, "cli": Cli(cls.socket), "python": Python(cls.socket), "librft": Library(cls.socket)}

    @classmethod
    def tearDownClass(cls):
        cls.rftd.terminate()
        cls.rftd.wait(20)
        subprocess.run(["pkill", "-KILL", "-f", "--", f"--dir {cls.state}/movers"], check=False)
        cls.bed("destroy")
        shutil.rmtree(cls.folder, ignore_errors=True)

    @classmethod
    def bed(cls, *arguments):
        done = subprocess.run([f"{ROOT}/testbed/testbed", f"{cls.folder}/bed", *arguments], capture_output=True, text=True,
                              timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"testbed {arguments}: {done.stderr}")
        return done.stdout.strip()

    @classmethod
    def until(cls, true, seconds=30):
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                raise TimeoutError("what was waited for did not come")
            time.sleep(0.05)

    def status(self, handle):
        return self.rest.request("GET", f"/v1/transfers/{handle}/status")[1]

    def until_it_is(self, wanted, handle):
        try:
            self.until(lambda: self.status(handle)["status"] == wanted)
        except TimeoutError:
            told = [self.rest.request("GET", f"/v1/transfers/{handle}{part}")[1] for part in ("", "/why", "/history")]
            self.fail(f"{handle} is not {wanted}: {told}")

    def urls(self, state, handle):
        if state in ("active", "stopping"):
            return f"{self.near}{self.folder}/big", f"{self.far}{self.folder}/out-{handle}"
        if state == "committed":  # nobody listens there, so it is held
            return "ftp://127.0.0.1:1/x", f"{self.here}{self.folder}/out-{handle}"
        source = "none" if state == "failed" else "small"
        return f"{self.here}{self.folder}/{source}", f"{self.here}{self.folder}/out-{handle}"

    def bring(self, state, handle):
        """A transfer in the state, by REST."""
        source, destination = self.urls(state, handle)
        if state == "none":
            return
        self.rest.call("submit", handle, source, destination)
        if state == "inactive":
            return
        if state == "stopped":
            self.rest.call("priority", handle, "1")
            self.bring_stopped(handle)
            return
        self.rest.call("commit", handle)
        wanted = {"stopping": "active"}.get(state, state)
        if state == "committed":
            self.until(lambda: self.status(handle)["hold"] == "endpoint_down")
        else:
            self.until_it_is(wanted, handle)

    def bring_stopped(self, handle):
        # Stopped before its turn came: its mover never saw it.
        self.rest.request("POST", f"/v1/transfers/{handle}/commit")
        self.rest.request("POST", f"/v1/transfers/{handle}/stop")
        self.until(lambda: self.status(handle)["status"] in (STOPPED, "done"))
        self.assertEqual(self.status(handle)["status"], STOPPED)

    def walk(self, face, state, names):
        handles = {name: f"{face}-{state}-{name}-{uuid.uuid4().hex[:8]}" for name in names}
        for name, handle in handles.items():
            self.bring(state, handle)
        movers = []
        if state == "stopping":
            # A mover that cannot answer keeps its transfers stopping, for 5 s.
            movers = [int(pid) for pid in subprocess.run(["pgrep", "-f", "--", f"--dir {self.state}/movers"],
                                                         capture_output=True, text=True).stdout.split()]
            for pid in movers:
                os.kill(pid, signal.SIGSTOP)
            for handle in handles.values():
                self.assertEqual(self.rest.call("stop", handle), "active")
        try:
            for name, handle in handles.items():
                self.cell(face, state, name, handle)
        finally:
            for pid in movers:
                os.kill(pid, signal.SIGCONT)
            for handle in handles.values():
                self.rest.request("POST", f"/v1/transfers/{handle}/stop")

    def cell(self, face, state, name, handle, special=types.MappingProxyType({})):
        source, destination = self.urls(state, handle)
        call = "submit" if name == "other" else name
        arguments = {"submit": (source, destination), "complete": (source, destination),
                     "other": (source, destination + "-other"), "priority": ("70",)}.get(name, ())
        expected = special.get((name, state), TABLE[name][STATES.index(state)])
        with self.subTest(face=face, state=state, call=name):
            first = self.faces[face].call(call, handle, *arguments)
            self.assertEqual(first, expected)
            again = AGAIN.get((name, expected), expected)
            if again is not None:
                self.assertEqual(self.faces[face].call(call, handle, *arguments), again, "repeated")

    def test_every_call_in_every_state_through_each_face(self):
        for state in STATES:
            for face in self.faces:
                # The cells of `stopping` must all be reached within the 5 s of a stop.
                groups = [[name] for name in TABLE] if (state == "stopping" and face in ("cli", "librft")) else [list(TABLE)]
                for names in groups:
                    self.walk(face, state, names)

    @classmethod
    def nobody(cls):
        """An endpoint where nobody listens, and that the service does not know to be down yet: each port once."""
        while True:
            with socket.socket() as held:
                held.bind(("127.0.0.1", 0))
                port = held.getsockname()[1]
            if port not in cls.ports_of_nobody:
                cls.ports_of_nobody.add(port)
                return f"ftp://127.0.0.1:{port}"

    def bring_list(self, face, state, handle):
        """A list in the state, submitted with its files through the face."""
        source, destination = self.here, self.here
        if state in ("committed", "stopped"):
            source = self.nobody()
        if state == "active":
            source, destination = self.near, self.far
        paths = ["big" if state == "active" else "small", "none" if state == "failed" else "small2"]
        status = self.faces[face].submit_list(
            handle, f"{source}{self.folder}", f"{destination}{self.folder}/out-{handle}", paths)
        self.assertEqual(status, "inactive", face)
        if state == "inactive":
            return
        self.rest.call("commit", handle)
        if state in ("committed", "stopped"):
            self.until(lambda: self.status(handle)["hold"] == "endpoint_down")
        if state == "stopped":
            self.rest.call("stop", handle)
        self.until_it_is(STOPPED if state == "stopped" else state, handle)

    def test_a_list_answers_as_one_file_does_through_each_face(self):
        for state in LIST_STATES:
            for face in self.faces:
                for names in LIST_CALLS:
                    handle = f"list-{face}-{state}-{names[0]}-{uuid.uuid4().hex[:8]}"
                    self.bring_list(face, state, handle)
                    for name in names:
                        self.cell(face, state, name, handle, LIST_ANSWERS)
                    self.rest.call("stop", handle)

    def test_what_became_of_each_file_is_told_alike_by_each_face(self):
        for face in self.faces:
            handle = f"files-{face}-{uuid.uuid4().hex[:8]}"
            self.bring_list(face, "failed", handle)
            counts = self.status(handle)["files"]
            self.assertEqual((counts["total"], counts["done"], counts["failed"]), (2, 1, 1))
            for teller in self.faces.values():
                self.assertEqual(teller.files(handle), ["done", "failed"], (face, teller))

    def test_a_plan_is_asked_for_and_told_alike_by_each_face_and_changes_nothing(self):
        for face in self.faces:
            handle = f"plan-{face}-{uuid.uuid4().hex[:8]}"
            out = f"{self.folder}/out-{handle}"
            self.assertEqual(self.faces[face].submit_list(
                handle, f"{self.here}{self.folder}", f"{self.here}{out}", ["small", "none"], act="plan"), "inactive", face)
            self.rest.call("commit", handle)
            self.until_it_is("failed", handle)
            counts = self.status(handle)["files"]
            self.assertEqual((counts["would_move"], counts["failed"], counts["done"]), (1, 1, 0), face)
            for teller in self.faces.values():
                self.assertEqual(teller.files(handle), ["would_move", "failed"], (face, teller))
            self.assertFalse(os.path.exists(out), face)

    def test_what_is_deleted_is_asked_for_and_told_alike_by_each_face(self):
        for face in self.faces:
            handle = f"mirror-{face}-{uuid.uuid4().hex[:8]}"
            source, out = (f"{self.folder}/{end}-{handle}/" for end in ("from", "to"))
            for path in (f"{source}kept", f"{out}extra"):
                os.makedirs(os.path.dirname(path))
                with open(path, "wb") as file:
                    file.write(b"bytes")
            self.assertEqual(self.faces[face].submit_mirror(handle, f"{self.here}{source}", f"{self.here}{out}"), "inactive", face)
            self.rest.call("commit", handle)
            self.until_it_is("done", handle)
            self.assertEqual(self.status(handle)["files"]["deleted"], 1, face)
            for teller in self.faces.values():
                self.assertEqual(teller.files(handle), ["done", "deleted"], (face, teller))
            self.assertEqual(os.listdir(out), ["kept"], face)

    def test_the_same_key_brings_the_first_answer_again(self):
        handle = f"key-{uuid.uuid4().hex[:8]}"
        self.bring("inactive", handle)
        first = self.rest.request("POST", f"/v1/transfers/{handle}/priority", {"operation": "increase"}, key="k1-" + handle)
        second = self.rest.request("POST", f"/v1/transfers/{handle}/priority", {"operation": "increase"}, key="k1-" + handle)
        self.assertEqual(first, second)
        self.assertEqual(first[1]["priority"], 60)
        clash = self.rest.request("POST", f"/v1/transfers/{handle}/priority", {"priority": 3}, key="k1-" + handle)
        self.assertEqual(clash[1]["code"], "idempotency_key_reused")

    def test_a_late_second_commit_under_its_key_revives_nothing(self):
        handle = f"late-{uuid.uuid4().hex[:8]}"
        self.bring("inactive", handle)
        self.rest.request("POST", f"/v1/transfers/{handle}/commit", key="c-" + handle)
        self.until_it_is("done", handle)
        self.rest.request("DELETE", f"/v1/transfers/{handle}")
        again = self.rest.request("POST", f"/v1/transfers/{handle}/commit", key="c-" + handle)
        self.assertEqual(again[1]["status"], "committed")
        self.assertEqual(self.rest.call("status", handle), "no_such_transfer")

    def test_bad_input_is_refused_by_name_and_changes_nothing(self):
        good = {"handle": "bad-input", "source": f"{self.here}/x", "destination": f"{self.here}/y"}
        cases = [
            ({**good, "source": "http://h/x"}, "unsupported_scheme"),
            ({**good, "source": "ftp://u:p@h/x"}, "url_has_user_info"),
            ({**good, "source": "ftp://h/a/../b"}, "invalid_url"),
            ({**good, "source": "ftp://h/a%0d%0aDELE x"}, "invalid_url"),
            ({**good, "destination": good["source"]}, "same_source_and_destination"),
            ({**good, "handle": "x" * 129}, "invalid_handle"),
            ({**good, "handle": "a b"}, "invalid_handle"),
            ({**good, "priority": 101}, "invalid_priority"),
            ({**good, "priority": "high"}, "invalid_request"),
            ({**good, "colour": "red"}, "unknown_field"),
            ({**good, "options": {"verfy": "none"}}, "unknown_option"),
            ({**good, "options": {"verify": "maybe"}}, "invalid_option"),
            ({"handle": "bad-input", "source": good["source"]}, "missing_field"),
        ]
        for body, code in cases:
            with self.subTest(code=code, body=body):
                status, reply = self.rest.request("POST", "/v1/transfers", body)
                self.assertEqual((reply.get("code"), status // 100), (code, 4))
                self.assertTrue(reply["detail"])
        for raw, codes in (('{"handle":', ["invalid_request"]), ("[]", ["invalid_request"]), ('{"a":"' + "x" * (1 << 21) + '"}', ["too_large"])):
            self.assertIn(self.rest.request("POST", "/v1/transfers", raw=raw)[1]["code"], codes)
        self.assertEqual(self.rest.request("GET", "/v1/transfers?status=lost")[1]["code"], "unknown_status")
        self.assertEqual(self.rest.call("status", "bad-input"), "no_such_transfer")

    def test_a_foreign_owners_handle_does_not_exist(self):
        handle = f"mine-{uuid.uuid4().hex[:8]}"
        self.bring("inactive", handle)
        os.chmod(self.folder, 0o755)
        os.chmod(self.state, 0o755)
        os.chmod(self.socket, 0o666)
        try:
            code = ("import http.client,socket,sys; c=http.client.HTTPConnection('localhost'); c.sock=socket.socket(socket.AF_UNIX);"
                    f"c.sock.connect({self.socket!r}); c.request('GET', '/v1/transfers/{handle}'); print(c.getresponse().status)")
            other = subprocess.run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", sys.executable, "-c", code],
                                   capture_output=True, text=True, timeout=20)
            self.assertEqual(other.stdout.strip(), "404", other.stderr)
        finally:
            os.chmod(self.state, 0o700)
            os.chmod(self.socket, 0o600)


if __name__ == "__main__":
    unittest.main(verbosity=2)
