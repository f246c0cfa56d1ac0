"""The whole service on real servers, with each fault really done to it.

usage: service_live_test.py BIN_FOLDER [TEST...]     (root: network namespaces and small file systems)
"""

import filecmp
import glob
import os
import re
import shutil
import subprocess
import time
import unittest

from on_service import BIN, MIB, OnService, until
from service import Service


class Live(OnService):
    """GSI servers on a link of 200 Mbit/s, too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bed.bed("link", "line", "--rate", "200mbit")
        cls.bed.bed("start", "from", "--netns", "line-src")
        cls.bed.bed("start", "to", "--netns", "line-dst")
        cls.environment = cls.service.environment
        cls.service.hand_over(cls.environment["X509_USER_PROXY"])
        cls.big = cls.bed.make_file("big", 128 * MIB)  # 5.4 s on the link
        cls.small = cls.bed.make_file("small", 100_000)

    def setUp(self):
        super().setUp()
        self.out = f"{self.bed.folder}/out-{self.handle}"

    def url(self, server, path):
        return self.bed.url(server) + path

    def begin_big(self, percent=30, **options):
        self.service.copy(self.handle, self.url("from", self.big), self.url("to", self.out), **options)
        self.service.await_bytes(self.handle, 128 * MIB * percent // 100)

    def is_whole(self, path=None, source=None):
        self.assertTrue(filecmp.cmp(source or self.big, path or self.out, shallow=False), "the files differ")
        self.assertEqual(glob.glob(f"{os.path.dirname(path or self.out)}/.rft-*"), [], "a part file is left")

    def ends_whole(self, seconds=60):
        record = self.service.await_status(self.handle, ["done"], seconds)
        self.is_whole()
        self.assertEqual(record["checksum"]["verdict"], "verified")
        return record

    def resumed(self):
        history = self.service.history(self.handle)
        self.assertIn("resumed", [event["what"] for event in history["events"]])


class Kills(Live):
    def test_the_daemon_dies_and_the_transfer_does_not_notice(self):
        self.begin_big()
        self.service.kill()
        time.sleep(1)
        self.service.start()
        record = self.ends_whole()
        self.assertEqual((record["attempts"], record["epoch"]), (1, 1))

    def test_the_daemon_stays_away_over_the_end_of_the_flow_and_publishes_then(self):
        self.begin_big()
        self.service.kill()
        time.sleep(8)
        self.assertFalse(os.path.exists(self.out), "published without the word of rftd")
        self.service.start()
        self.assertEqual(self.ends_whole()["attempts"], 1)

    def test_the_daemon_stays_away_longer_than_the_lease(self):
        self.begin_big(percent=10)
        self.service.kill()
        until(lambda: not self.service.movers(), 50, "the mover outlived its lease")
        self.service.start()
        self.ends_whole()

    def test_the_mover_dies(self):
        self.begin_big()
        self.service.kill_movers()
        record = self.ends_whole()
        self.assertEqual(record["attempts"], 2)
        self.resumed()
        # 200 Mbit/s: 25 MB in a second.
        self.assertLess(record["bytes_resent"], 75 * 1000 * 1000)

    def test_the_machine_crashes(self):
        self.begin_big()
        self.service.crash()
        self.service.start()
        self.ends_whole()
        self.resumed()

    def test_the_destinations_child_dies(self):
        self.begin_big()
        self.bed.bed("kill", "to", "child")
        self.ends_whole()
        self.resumed()

    def test_the_sources_child_dies(self):
        self.begin_big()
        self.bed.bed("kill", "from", "child")
        self.ends_whole()
        self.resumed()

    def test_the_destinations_server_dies_whole_and_comes_back(self):
        self.begin_big()
        self.bed.bed("kill", "to", "both")
        until(lambda: self.service.record(self.handle)["hold"] == "endpoint_down", 20, "the outage was not seen")
        tries = self.service.record(self.handle)["attempts"]
        time.sleep(4)
        self.assertEqual(self.service.record(self.handle)["attempts"], tries, "an outage cost tries")
        self.bed.bed("start", "to")
        self.ends_whole()
        self.resumed()

    def test_a_parent_that_dies_alone_leaves_the_running_flow(self):
        self.begin_big()
        self.bed.bed("kill", "from", "parent")
        try:
            self.assertEqual(self.ends_whole()["attempts"], 1)
        finally:
            self.bed.bed("start", "from")

    def test_the_mover_dies_while_it_waits_to_publish(self):
        self.begin_big()
        self.service.kill()
        time.sleep(8)  # the flow is over; the mover waits for the word to publish
        self.service.kill_movers()
        self.service.start()
        self.ends_whole()

    def test_stop_ends_the_flow_within_five_seconds_and_commit_goes_on(self):
        self.begin_big()
        self.assertEqual(self.service.request("POST", f"/v1/transfers/{self.handle}/stop")[0], 200)
        self.service.await_status(self.handle, ["user_stop_partial_trans"], 5)
        before = self.bed.link_bytes("line")
        time.sleep(1)
        self.assertLess(self.bed.link_bytes("line") - before, MIB, "the flow goes on after the stop")
        self.service.request("POST", f"/v1/transfers/{self.handle}/commit")
        self.ends_whole()
        self.resumed()

    def test_clear_after_a_stop_deletes_the_part(self):
        self.begin_big()
        self.service.request("POST", f"/v1/transfers/{self.handle}/stop")
        self.service.await_status(self.handle, ["user_stop_partial_trans"], 5)
        self.assertTrue(glob.glob(f"{self.bed.folder}/.rft-*"))
        self.service.request("DELETE", f"/v1/transfers/{self.handle}")
        until(lambda: not glob.glob(f"{self.bed.folder}/.rft-*"), 20, "the part is still there")


class Outages(Live):
    def test_a_cut_network_stalls_and_the_transfer_goes_on_after_it(self):
        self.begin_big()
        self.bed.bed("cut", "line", "both")
        until(lambda: self.service.record(self.handle)["status"] != "active", 60, "the stall was not seen")
        self.bed.bed("heal", "line")
        self.ends_whole(200)

    def test_a_frozen_destination_is_given_up_after_thirty_seconds(self):
        self.begin_big()
        self.bed.bed("pause", "to")
        try:
            until(lambda: self.service.record(self.handle)["status"] != "active", 60, "the stall was not seen")
            fault = self.service.record(self.handle)["fault"]
            self.assertEqual((fault["code"], fault["side"]), ("stalled", "destination"))
        finally:
            self.bed.bed("continue", "to")
        self.ends_whole(200)

    def test_an_endpoint_that_is_down_costs_no_try_and_is_known_for_all(self):
        self.bed.bed("stop", "far")
        for i in range(5):
            self.service.copy(f"{self.handle}{i}", self.url("near", self.small), self.url("far", f"{self.out}{i}"))
        until(lambda: all(self.service.record(f"{self.handle}{i}")["hold"] == "endpoint_down" for i in range(5)), 20, "no hold")
        time.sleep(3)
        sum_of_attempts = sum(self.service.record(f"{self.handle}{i}")["attempts"] for i in range(5))
        self.assertLessEqual(sum_of_attempts, 5)
        why = self.service.request("GET", f"/v1/transfers/{self.handle}0/why")[1]
        self.assertIn("refused", why["sentence"])
        self.bed.bed("start", "far")
        for i in range(5):
            self.service.await_status(f"{self.handle}{i}", ["done"], 45)

    def test_permanent_faults_fail_at_once_with_the_servers_words(self):
        secret = self.bed.make_file("secret", 10)
        os.chmod(secret, 0)
        long_name = f"{self.bed.folder}/{'n' * 300}"
        cases = {
            "no-file": (self.url("near", f"{self.bed.folder}/none"), self.url("far", self.out), {}, "no_such_file", "source"),
            "folder": (self.url("near", self.bed.folder), self.url("far", self.out), {}, "is_a_folder", "source"),
            "no-parent": (self.url("near", self.small), self.url("far", f"{self.bed.folder}/x/y"), {"parents": "fail"},
                          "no_such_folder", "destination"),
            "name": (self.url("near", self.small), self.url("far", long_name), {}, "bad_name", "destination"),
            "exists": (self.url("near", self.small), self.url("far", self.big), {}, "destination_exists", "destination"),
        }
        for name, (source, destination, options, code, side) in cases.items():
            with self.subTest(name=name):
                self.service.copy(f"{self.handle}-{name}", source, destination, **options)
                record = self.service.await_status(f"{self.handle}-{name}", ["failed"], 20)
                self.assertEqual((record["fault"]["code"], record["fault"]["side"]), (code, side), record["fault"])
                self.assertEqual(record["attempts"], 1)

    def test_an_expired_credential_is_a_hold_that_a_renewed_proxy_ends(self):
        proxy = f"{self.bed.folder}/short.proxy"
        self.bed.bed("proxy", "bob", "--valid", "00:01", "--out", proxy)
        credential = self.service.hand_over(proxy)
        with open(proxy, encoding="ascii") as file:
            self.assertTrue(file.read())
        time.sleep(62)
        self.service.copy(self.handle, self.url("from", self.small), self.url("to", self.out), source_credential=credential,
                          destination_credential=credential)
        until(lambda: self.service.record(self.handle)["hold"] == "credential", 20, "no hold")
        self.bed.bed("proxy", "bob", "--valid", "12:00", "--out", proxy)
        self.service.await_status(self.handle, ["done"], 60)
        self.is_whole(source=self.small)

    def test_a_full_disk_is_a_hold_that_ends_when_space_is_there(self):
        disk = f"{self.bed.folder}/disk"
        os.mkdir(disk)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", disk], check=True)
        try:
            with open(f"{disk}/ballast", "wb") as ballast:
                ballast.write(b"x" * 30 * MIB)
            source = self.bed.make_file("medium", 20 * MIB)
            self.service.copy(self.handle, self.url("near", source), self.url("far", f"{disk}/out"))
            until(lambda: self.service.record(self.handle)["hold"] == "space", 30, "no hold")
            os.unlink(f"{disk}/ballast")
            self.service.await_status(self.handle, ["done"], 100)
            self.is_whole(f"{disk}/out", source)
        finally:
            subprocess.run(["umount", "-l", disk], check=True)

    def test_two_daemons_that_start_at_once_end_with_one(self):
        other = Service(BIN, f"{self.bed.folder}/state2", self.environment)
        os.makedirs(other.state, mode=0o700)
        both = [subprocess.Popen([f"{BIN}/rftd", "--state-dir", other.state], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 env=other.environment, text=True) for _ in range(2)]
        try:
            until(lambda: any(one.poll() is not None for one in both), 20, "both live")
            until(other.is_ready, 20, "none is ready")
            loser = next(one for one in both if one.poll() is not None)
            self.assertEqual(loser.returncode, 5)
            winner = next(one for one in both if one is not loser)
            self.assertIn(str(winner.pid), loser.stdout.read())
            self.assertIsNone(winner.poll())
        finally:
            for one in both:
                one.kill()
                one.wait()

    def test_a_state_folder_that_cannot_be_used_is_refused_by_name(self):
        other = f"{self.bed.folder}/state3"
        os.makedirs(other, mode=0o700)
        with open(f"{other}/rft.db", "wb") as file:
            file.write(b"this is no database" * 100)
        done = subprocess.run([f"{BIN}/rftd", "--state-dir", other], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 5)
        self.assertIn("rft.db", done.stderr + done.stdout)
        shutil.rmtree(other)

    def test_no_secret_is_in_arguments_environment_logs_or_files(self):
        with open(self.environment["X509_USER_PROXY"], encoding="ascii") as file:
            key = re.search(r"-----BEGIN (?:RSA )?PRIVATE KEY-----\s+(\S+)", file.read()).group(1)
        for pid in self.service.movers() + [self.service.process.pid]:
            for what in ("cmdline", "environ"):
                with open(f"/proc/{pid}/{what}", "rb") as file:
                    self.assertNotIn(key.encode(), file.read(), f"{what} of {pid}")
        for folder, _, names in os.walk(self.service.state):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        self.assertNotIn(key.encode(), file.read(), path)


if __name__ == "__main__":
    unittest.main(verbosity=2)
