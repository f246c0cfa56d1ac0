from __future__ import annotations

import datetime
import itertools
import json
import os
import pickle
import unittest
import uuid
import warnings
from typing import Any, Callable, Iterator, List
from unittest import mock

import pyrft
from pyrft import session

from .fake_service import Asked, FakeService, Says

YES = {"handle": "h", "status": "committed", "created": True, "priority": 50}


FILE_PAGES = (
    Says(200, {"files": [{"source": "a"}, {"source": "b"}], "next": "1.7"}),
    Says(200, {"files": [], "next": "9.0"}),
    Says(200, {"files": [{"source": "c"}], "next": None}),
)


def always(says: Says) -> Callable[[Asked], Says]:
    return lambda asked: says


def in_turn(*says: Says) -> Callable[[Asked], Says]:
    turns: Iterator[Says] = iter(says)
    return lambda asked: next(turns)


class Case(unittest.TestCase):
    def service(self, answers: Callable[[Asked], Says]) -> FakeService:
        service = FakeService(answers)
        self.addCleanup(service.__exit__)
        return service

    def client(self, service: FakeService, **settings: Any) -> pyrft.Client:
        client = pyrft.Client(service.url, **{"keep_trying": 2.0, "reply_limit": 2.0, **settings})
        self.addCleanup(client.close)
        return client


class EightCalls(Case):
    wanted = [
        "POST /v1/transfers",
        "POST /v1/transfers/h/commit",
        "POST /v1/transfers",
        "GET /v1/transfers/h",
        "GET /v1/transfers/h/status",
        "POST /v1/transfers/h/priority",
        "POST /v1/transfers/h/priority",
        "DELETE /v1/transfers/h",
        "POST /v1/transfers/h/stop",
    ]

    def call_all(self, rft: Any) -> None:
        self.assertEqual(rft.submitTransferRequest("h", "ftp://a/x", "ftp://b/x", 7), "h")
        self.assertEqual(rft.commitTransferRequest("h")["status"], "committed")
        self.assertTrue(rft.completeTransferRequest("h", "ftp://a/x", "ftp://b/x", 7)["created"])
        self.assertEqual(rft.listTransferRequest("h")["handle"], "h")
        self.assertEqual(rft.checkStatusRequest("h")["handle"], "h")
        rft.changePriorityRequest("h", "push")
        rft.changePriorityRequest("h", 70)
        rft.clearRecordRequest("h")
        rft.userStopTransferRequest("h")

    def test_each_is_one_request_of_the_contract(self) -> None:
        service = self.service(always(Says(200, YES)))
        self.call_all(self.client(service))
        self.assertEqual(service.what, self.wanted)
        self.assertEqual(
            service.asked[0].body,
            {"handle": "h", "source": "ftp://a/x", "destination": "ftp://b/x", "priority": 7},
        )
        self.assertIs(service.asked[2].body["commit"], True)
        self.assertEqual(service.asked[5].body, {"operation": "push"})
        self.assertEqual(service.asked[6].body, {"priority": 70})

    def test_each_is_a_function_of_the_module(self) -> None:
        service = self.service(always(Says(200, YES)))
        with mock.patch.object(pyrft, "_default", self.client(service)):
            self.call_all(pyrft)
        self.assertEqual(service.what, self.wanted)


class Repeating(Case):
    def test_a_lost_reply_is_asked_for_again_under_the_same_key(self) -> None:
        service = self.service(in_turn(Says(lost=True), Says(lost=True), Says(200, YES)))
        self.client(service).commit("h")
        keys = [asked.key for asked in service.asked]
        self.assertEqual(len(keys), 3)
        self.assertEqual(len(set(keys)), 1)
        self.assertEqual(uuid.UUID(keys[0] or "").version, 7)

    def test_not_now_is_asked_again_under_the_same_key(self) -> None:
        service = self.service(in_turn(Says(503, {"code": "unavailable"}), Says(200, YES)))
        self.client(service).stop("h")
        self.assertEqual(service.asked[0].key, service.asked[1].key)

    def test_two_calls_never_share_a_key(self) -> None:
        service = self.service(always(Says(200, YES)))
        client = self.client(service)
        client.priority("h", "push")
        client.priority("h", "push")
        self.assertNotEqual(service.asked[0].key, service.asked[1].key)

    def test_a_no_is_said_once(self) -> None:
        service = self.service(always(Says(409, {"code": "wrong_state", "detail": "it is done"})))
        with self.assertRaises(pyrft.RftError) as caught:
            self.client(service).stop("h")
        error = caught.exception
        self.assertEqual((error.code, error.detail, error.http_status), ("wrong_state", "it is done", 409))
        self.assertEqual(len(service.asked), 1)

    def test_no_repeat_begins_after_its_time(self) -> None:
        service = self.service(always(Says(503, b"")))
        with self.assertRaises(pyrft.RftError) as caught:
            self.client(service, keep_trying=0).stop("h")
        self.assertEqual(caught.exception.code, "unavailable")
        self.assertEqual(len(service.asked), 1)

    def test_the_number_of_tries_is_bounded(self) -> None:
        service = self.service(always(Says(503, b"")))
        with mock.patch.object(session, "TRIES_MAX", 3), mock.patch.object(session, "REPEAT_FIRST", 0.0):
            with self.assertRaises(pyrft.RftError):
                self.client(service, keep_trying=60.0).stop("h")
        self.assertEqual(len(service.asked), 3)

    def test_where_nobody_listens_and_no_daemon_may_be_started_it_says_so(self) -> None:
        with self.assertRaises(pyrft.RftError) as caught:
            pyrft.Client("unix:/nonexistent/s", keep_trying=0).commit("h")
        self.assertEqual(caught.exception.code, "unreachable")
        self.assertIsNone(caught.exception.http_status)
        self.assertIn("/nonexistent/s", caught.exception.detail)

    def test_a_socket_with_a_long_path_is_reached_through_its_folder(self) -> None:
        service = self.service(always(Says(200, YES)))
        deep = os.path.join(service.folder, "d" * 100)
        os.mkdir(deep)
        os.symlink(service.socket, os.path.join(deep, "rftd.sock"))
        with pyrft.Client(f"unix:{deep}/rftd.sock") as client:
            client.commit("h")


class Documents(Case):
    def test_what_is_no_json_is_an_error(self) -> None:
        service = self.service(always(Says(200, b"<html>")))
        with self.assertRaises(pyrft.RftError) as caught:
            self.client(service).record("h")
        self.assertEqual(caught.exception.code, "internal")

    def test_an_empty_handle_never_names_the_collection(self) -> None:
        service = self.service(always(Says(200, YES)))
        for handle in ("", ".", ".."):
            with self.assertRaises(pyrft.RftError):
                self.client(service).clear(handle)
        self.assertEqual(service.asked, [])

    def test_list_follows_the_pages(self) -> None:
        service = self.service(
            in_turn(
                Says(200, {"transfers": [{"handle": "a"}], "next": "c/1"}),
                Says(200, {"transfers": [{"handle": "b"}], "next": None}),
            )
        )
        handles = [record["handle"] for record in self.client(service).list("done", page=1)]
        self.assertEqual(handles, ["a", "b"])
        self.assertEqual(service.asked[1].target, "/v1/transfers?status=done&after=c%2F1&limit=1")

    def test_options_go_by_their_names_and_times_as_rfc_3339(self) -> None:
        service = self.service(always(Says(201, YES)))
        zone = datetime.timezone(datetime.timedelta(hours=1))
        self.client(service).submit(
            "ftp://a/x",
            "ftp://b/x",
            max_tries=3,
            verify="none",
            label=None,
            finish_by=datetime.datetime(2026, 1, 1, 1, tzinfo=zone),
        )
        self.assertEqual(
            service.asked[0].body["options"],
            {"max_tries": 3, "verify": "none", "finish_by": "2026-01-01T00:00:00.000Z"},
        )
        self.assertEqual(uuid.UUID(service.asked[0].body["handle"]).version, 7)

    def test_an_error_survives_pickling(self) -> None:
        error = pickle.loads(pickle.dumps(pyrft.RftError("busy", "later", 429)))
        self.assertEqual((error.code, error.detail, error.http_status), ("busy", "later", 429))


class Copy(Case):
    def ends(self, status: str) -> FakeService:
        record = {"handle": "h", "status": status, "fault": {"sentence": "no file"}}
        return self.service(lambda asked: Says(201 if asked.method == "POST" else 200, record))

    def test_returns_the_record_of_what_is_done(self) -> None:
        seen: List[str] = []
        service = self.ends("done")
        record = self.client(service).copy(
            "ftp://a/x", "ftp://b/x", seen=lambda look: seen.append(look["status"])
        )
        self.assertEqual(record["status"], "done")
        self.assertEqual(seen, ["done"])
        self.assertIs(service.asked[0].body["commit"], True)

    def test_raises_what_is_not_done_with_its_record(self) -> None:
        for status in ("failed", "user_stop_partial_trans"):
            with self.assertRaises(pyrft.NotDone) as caught:
                self.client(self.ends(status)).copy("ftp://a/x", "ftp://b/x")
            self.assertEqual(caught.exception.record["status"], status)

    def test_hears_of_the_end_at_once(self) -> None:
        def answers(asked: Asked) -> Says:
            ended = "end_within=" in asked.target or asked.target == "/v1/transfers/h"
            return Says(200, {"handle": "h", "status": "done" if ended else "active"})

        service = self.service(answers)
        self.assertEqual(self.client(service).wait("h")["status"], "done")
        self.assertEqual(
            service.what, ["GET /v1/transfers/h/status", "GET /v1/transfers/h/status?end_within=100"]
        )

    def test_that_takes_too_long_raises_and_lets_the_transfer_go_on(self) -> None:
        service = self.ends("active")
        with self.assertRaises(TimeoutError):
            self.client(service).copy("ftp://a/x", "ftp://b/x", timeout=0)
        self.assertNotIn("POST /v1/transfers/h/stop", service.what)


class ManyFiles(Case):
    def takes(self, **refused: Any) -> FakeService:
        def answers(asked: Asked) -> Says:
            lines = len(asked.body)
            bad = [{"line": 2, "code": "invalid_url", "detail": "d"}] if refused else []
            chunk = {"lines": lines, "added": lines - len(bad), "files": lines}
            return Says(200, b"".join(json.dumps(one).encode() + b"\n" for one in [*bad, chunk]))

        return self.service(answers)

    def test_a_submission_tells_its_kind_and_one_of_a_file_does_not(self) -> None:
        service = self.service(always(Says(201, YES)))
        client = self.client(service)
        client.submit("ftp://a/x", "ftp://b/x")
        client.submit("ftp://a/s", "ftp://b/d", kind="list")
        self.assertNotIn("kind", service.asked[0].body)
        self.assertEqual(service.asked[1].body["kind"], "list")

    def test_go_as_paths_or_documents_in_several_requests(self) -> None:
        service = self.takes()
        given: Any = itertools.chain(
            ["x", {"source": "y", "destination": "z", "size": 7}], (f"f{n}" for n in range(6_000))
        )
        added = self.client(service).add_files("h", given)
        self.assertEqual(added["added"], 6_002)
        self.assertEqual(service.what, ["POST /v1/transfers/h/files"] * 2)
        self.assertEqual(
            service.asked[0].body[:2],
            [{"source": "x"}, {"source": "y", "destination": "z", "size": 7}],
        )
        self.assertNotEqual(service.asked[0].key, service.asked[1].key)

    def test_a_refused_line_is_told_by_its_place_among_all(self) -> None:
        added = self.client(self.takes(refused=True)).add_files("h", ["x"] * 5_010)
        self.assertEqual([one["line"] for one in added["refused"]], [1, 5_001])
        self.assertEqual(added["added"], 5_008)

    def test_a_refused_chunk_is_raised(self) -> None:
        says = {"lines": 1, "code": "wrong_state", "detail": "it is committed"}
        with self.assertRaises(pyrft.RftError) as caught:
            self.client(self.service(always(Says(200, says)))).add_files("h", ["x"])
        self.assertEqual(caught.exception.code, "wrong_state")

    def test_the_line_for_which_a_chunk_is_refused_is_named_by_its_place_among_all(self) -> None:
        chunk = {"lines": 10, "line": 3, "code": "destination_twice", "detail": "d"}
        summed: Any = {"added": 0, "files": 0, "refused": []}
        with self.assertRaises(pyrft.RftError) as caught:
            pyrft.client.add_answers(summed, 5_000, 10, [chunk])
        self.assertEqual(caught.exception.code, "destination_twice")
        self.assertEqual(caught.exception.detail, "line 5003: d")

    def test_an_answer_that_does_not_tell_of_every_line_is_none(self) -> None:
        with self.assertRaises(pyrft.RftError) as caught:
            self.client(self.service(always(Says(200, b"")))).add_files("h", ["x"])
        self.assertEqual(caught.exception.code, "internal")

    def test_are_read_by_pages_of_which_some_are_empty(self) -> None:
        service = self.service(in_turn(*FILE_PAGES))
        sources = [file["source"] for file in self.client(service).files("h", "failed", page=2)]
        self.assertEqual(sources, ["a", "b", "c"])
        self.assertEqual(
            service.asked[1].target, "/v1/transfers/h/files?status=failed&after=1.7&limit=2"
        )

    def test_a_tree_is_copied_in_one_call(self) -> None:
        record = {"handle": "h", "status": "done", "kind": "tree"}
        service = self.service(always(Says(200, record)))
        self.assertEqual(self.client(service).copy_tree("ftp://a/s", "ftp://b/d"), record)
        self.assertEqual(service.asked[0].body["kind"], "tree")
        self.assertIs(service.asked[0].body["commit"], True)

    def test_options_of_a_tree_go_in_the_types_of_the_api(self) -> None:
        service = self.service(always(Says(200, {"handle": "h", "status": "done"})))
        kept = ["mode", "times"]
        self.client(service).copy_tree("ftp://a/s", "ftp://b/d", preserve=kept, links="skip")
        self.assertEqual(service.asked[0].body["options"], {"preserve": kept, "links": "skip"})


class Receipts(Case):
    LINES = [b'{"receipt":1}\n', b'{"n":1,"source":"' + 40_000 * b"x" + b'"}\n', b'{"seal":1}\n']

    def test_come_line_by_line_as_they_are_signed(self) -> None:
        service = self.service(always(Says(200, b"".join(self.LINES))))
        client = self.client(service)
        self.assertEqual([*client.receipt("h")], self.LINES)
        self.assertEqual([*client.receipt("h")], self.LINES)
        self.assertEqual(service.what, 2 * ["GET /v1/transfers/h/receipt"])

    def test_that_are_refused_broken_off_or_cut_short_raise(self) -> None:
        told = b'{"code":"wrong_state","detail":"it changed"}\n'
        cases = [
            (Says(409, {"code": "wrong_state", "detail": "it is active"}), "wrong_state"),
            (Says(200, self.LINES[0] + told), "wrong_state"),
            (Says(200, self.LINES[0]), "internal"),
            (Says(200, b""), "internal"),
            (Says(200, self.LINES[2].rstrip()), "internal"),
            (Says(lost=True), "unreachable"),
        ]
        for says, code in cases:
            with self.subTest(code), self.assertRaises(pyrft.RftError) as raised:
                [*self.client(self.service(always(says)), keep_trying=0.05).receipt("h")]
            self.assertEqual(raised.exception.code, code)

    def test_the_key_of_the_service_is_shown(self) -> None:
        service = self.service(always(Says(200, {"fingerprint": "f"})))
        self.assertEqual(self.client(service).service_key()["fingerprint"], "f")
        self.assertEqual(service.what, ["GET /v1/service"])


class Proxy(Case):
    def setUp(self) -> None:
        self.store = self.service(
            lambda asked: Says(201, {"id": "c1"} if asked.target == "/v1/credentials" else YES)
        )
        self.path = os.path.join(self.store.folder, "proxy")
        with open(self.path, "w", encoding="utf-8") as file:
            file.write("PEM")

    def test_is_handed_over_before_the_submission_and_named_for_both_sides(self) -> None:
        with mock.patch.dict(os.environ, X509_USER_PROXY=self.path):
            self.client(self.store).submit("gsiftp://a/x", "GSIFTP://b/x")
        self.assertEqual(self.store.what, ["POST /v1/credentials", "POST /v1/transfers"])
        self.assertEqual(
            self.store.asked[0].body, {"kind": "x509_proxy", "pem": "PEM", "path": self.path}
        )
        self.assertEqual(
            self.store.asked[1].body["options"],
            {"source_credential": "c1", "destination_credential": "c1"},
        )

    def test_does_not_take_the_place_of_a_credential_that_the_user_named(self) -> None:
        with mock.patch.dict(os.environ, X509_USER_PROXY="/nonexistent/proxy"):
            self.client(self.store).submit("gsiftp://a/x", "ftp://b/x", source_credential="mine")
        self.assertEqual(self.store.what, ["POST /v1/transfers"])

    def test_that_the_environment_names_must_be_there(self) -> None:
        with mock.patch.dict(os.environ, X509_USER_PROXY="/nonexistent/proxy"):
            with self.assertRaises(pyrft.RftError) as caught:
                self.client(self.store).submit("gsiftp://a/x", "ftp://b/x")
        self.assertEqual(caught.exception.code, "invalid_credential")
        self.assertEqual(self.store.asked, [])

    def test_may_be_absent_with_a_warning(self) -> None:
        with mock.patch("pyrft.client.read_proxy", return_value=None):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                self.client(self.store).submit("gsiftp://a/x", "ftp://b/x")
        self.assertEqual([one.category for one in caught], [pyrft.NoProxy])
        self.assertEqual(self.store.what, ["POST /v1/transfers"])

    def test_must_be_a_regular_file_of_bounded_length(self) -> None:
        long = os.path.join(self.store.folder, "long")
        with open(long, "wb") as file:
            file.write(b"x" * (256 * 1024 + 1))
        for path in ("/dev/zero", long):
            with self.assertRaises(pyrft.RftError):
                self.client(self.store).add_proxy(path)


class ServerRule(unittest.TestCase):
    def test_first_the_argument_then_the_variable_then_the_system_then_the_user(self) -> None:
        env = {
            "RFT_SERVER": "unix:/variable",
            "RFT_STATE_DIR": "/state",
            "XDG_STATE_HOME": "/xdg",
            "HOME": "/home/u",
        }
        absent = "/nonexistent"
        self.assertEqual(pyrft.find_server("unix:/flag", env), ("/flag", None))
        self.assertEqual(pyrft.find_server(None, env), ("/variable", None))
        del env["RFT_SERVER"]
        self.assertEqual(pyrft.find_server(None, env, "/dev/null"), ("/run/rft/rftd.sock", None))
        self.assertEqual(pyrft.find_server(None, env, absent), ("/state/rftd.sock", "/state"))
        del env["RFT_STATE_DIR"]
        self.assertEqual(pyrft.find_server(None, env, absent), ("/xdg/rft/rftd.sock", "/xdg/rft"))
        env["XDG_STATE_HOME"] = "relative"
        self.assertEqual(pyrft.find_server(None, env, absent)[1], "/home/u/.local/state/rft")
        with self.assertRaises(pyrft.RftError):
            pyrft.find_server("http://h", env)


class Async(unittest.IsolatedAsyncioTestCase):
    async def test_has_every_method_of_the_client(self) -> None:
        methods = {name for name in vars(pyrft.Client) if not name.startswith("_")}
        self.assertEqual(methods, {n for n in vars(pyrft.AsyncClient) if not n.startswith("_")})

    async def test_adds_and_reads_the_files_of_a_list(self) -> None:
        added = Says(200, {"lines": 1, "added": 1, "files": 1})
        with FakeService(in_turn(added, *FILE_PAGES)) as service:
            async with pyrft.AsyncClient(service.url) as client:
                self.assertEqual((await client.add_files("h", ["x"]))["files"], 1)
                sources = [file["source"] async for file in client.files("h", page=2)]
        self.assertEqual(sources, ["a", "b", "c"])

    async def test_reads_a_receipt(self) -> None:
        lines = [*Receipts.LINES[:1], *1_500 * [b'{"n":1}\n'], Receipts.LINES[2]]
        with FakeService(always(Says(200, b"".join(lines)))) as service:
            async with pyrft.AsyncClient(service.url) as client:
                self.assertEqual([line async for line in client.receipt("h")], lines)

    async def test_copies_and_waits(self) -> None:
        record = {"handle": "h", "status": "done"}
        with FakeService(always(Says(200, record))) as service:
            async with pyrft.AsyncClient(service.url) as client:
                self.assertEqual(await client.copy("ftp://a/x", "ftp://b/x"), record)
                await client.submitTransferRequest("h", "ftp://a/x", "ftp://b/x")
            self.assertEqual(
                service.what,
                ["POST /v1/transfers", "GET /v1/transfers/h/status", "GET /v1/transfers/h"]
                + ["POST /v1/transfers"],
            )


if __name__ == "__main__":
    unittest.main()
