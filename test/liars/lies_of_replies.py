"""Lies in what a reply is: its bytes, its length, its code, its time and its place in the order."""

import asyncio

from ftp_server import Session
from lie import Lie, close, drip, flood, only, raw, reset, say, silence


async def byte_by_byte(session, data):
    for byte in data:
        session.writer.write(bytes([byte]))
        await session.writer.drain()
        await asyncio.sleep(0)


def with_every_reply(change):
    """Honest in all that it says; `change` has the way in which the bytes go out."""
    def prepare(server):
        class Changed(Session):
            async def write(self, data):
                await change(self, data)
        server.session = Changed
    return prepare


async def with_telnet(session, data):
    session.writer.write(b"\xff\xfb\x01" + data[:2] + b"\xff\xf1" + data[2:])
    await session.writer.drain()


async def with_nuls(session, data):
    session.writer.write(b"".join(b"\0" + bytes([byte]) for byte in data))
    await session.writer.drain()


async def bare_line_feeds(session, data):
    session.writer.write(data.replace(b"\r\n", b"\n"))
    await session.writer.drain()


async def out_of_order(session, argument):
    """The first look is answered with the folder's facts, the second with what belongs to the first."""
    await session.say("250-status of", f" Type=dir; {argument}", "250 End.")


async def twice_at_once(session, argument):
    await session.say("150 Beginning transfer.")
    session.server.put(argument, await session.received())
    await session.say("226 Transfer Complete.", "226 Transfer Complete.")


async def markers_after_the_end(session, argument):
    await session.do_stor(argument)
    await session.say("111 Range Marker 0-5", "111 Range Marker 5-10")


async def twice_and_late(session, argument):
    await session.do_stor(argument)
    await asyncio.sleep(0.2)
    await session.say("226 Transfer Complete.")


async def stops_reading(session, _):
    await session.say("220 ready")
    await asyncio.sleep(3600)


LIES = [
    Lie("endless_line", "a line without end is refused at its limit", {"FEAT": flood(b"211-", b"x" * 1000)},
        fault="protocol_broken", says="xxxx"),
    Lie("endless_greeting", "a greeting without end is no server's: an outage", {"greeting": flood(b"220 ", b"welcome ")},
        status="committed", hold="endpoint_down", fault="unreachable", says="welcome"),
    Lie("endless_reply", "a reply of many lines without a last is refused at its limit",
        {"FEAT": flood(b"211-Features\r\n", b" XYZ\r\n")}, fault="protocol_broken", says="211 Features"),
    Lie("endless_refusal", "a refusal without end is no refusal", {"MLST": flood(b"550-No\r\n", b"550-no such file\r\n")},
        fault="protocol_broken", says="550 No"),
    Lie("endless_preliminary", "preliminary replies are no answer and do not put the time limit off",
        {"MLST": flood(b"", b"150 soon\r\n")}, fault="stalled"),
    Lie("preliminary_drip", "preliminary replies that come slowly put no limit off either",
        {"PASV": drip(b"", b"150 soon\r\n")}, fault="stalled"),
    Lie("byte_by_byte", "it does not matter where replies are cut", {}, status="done", prepare=with_every_reply(byte_by_byte)),
    Lie("telnet", "Telnet commands in the midst of replies are passed over", {}, status="done",
        prepare=with_every_reply(with_telnet)),
    Lie("nul_bytes", "NULs in the midst of replies are passed over", {}, status="done", prepare=with_every_reply(with_nuls)),
    Lie("bare_line_feeds", "a bare LF ends a line", {}, status="done", prepare=with_every_reply(bare_line_feeds)),
    Lie("drip", "a reply whose bytes come one by one and never end is a stall", {"MLST": drip(b"250-", b"x")}, fault="stalled"),
    Lie("drip_in_greeting", "a drip before the log-in is an outage", {"greeting": drip(b"220-", b"x")}, status="committed",
        hold="endpoint_down", fault="unreachable"),
    Lie("silent_accept", "a server that accepts and says nothing is an outage", {"greeting": silence}, status="committed",
        hold="endpoint_down", fault="unreachable"),
    Lie("stops_reading", "a server that greets and never reads is an outage", {"greeting": stops_reading}, status="committed",
        hold="endpoint_down", fault="unreachable"),
    Lie("busy_greeting", "421 is a busy server: tried again, at no cost", {"greeting": "421 too many users"},
        status="committed", hold="back_off", fault="server_busy", says="421 too many users"),
    Lie("busy_later", "421 in place of any reply is a busy server",
        {"MLST": "421 going down"}, status="committed", hold="back_off",
        fault="server_busy", says="421 going down"),
    Lie("refusing_greeting", "530 is a hold of the credential", {"greeting": "530 not you"}, status="committed",
        hold="credential", fault="login_refused", says="530 not you"),
    Lie("refused_login", "530 to PASS is a hold of the credential",
        {"PASS": "530 Login incorrect."}, status="committed", hold="credential",
        fault="login_refused", says="530 Login incorrect."),
    Lie("password_for_ever", "331 to PASS is no log-in", {"PASS": "331 and another"}, fault="server_refused",
        says="331 and another"),
    Lie("wait_then_nothing", "120 is no greeting", {"greeting": "120 in a minute"}, status="committed", hold="endpoint_down",
        fault="unreachable"),
    Lie("close_at_accept", "a connection that ends at once is an outage", {"greeting": close}, status="committed",
        hold="endpoint_down", fault="unreachable"),
    Lie("reset_at_accept", "a connection that is reset at once is an outage",
        {"greeting": reset}, status="committed", hold="endpoint_down",
        fault="unreachable"),
    Lie("http_server", "a server of HTTP is one outage, not twenty tries of each transfer",
        {"greeting": "HTTP/1.1 400 Bad Request"}, status="committed", hold="endpoint_down", fault="unreachable",
        says="HTTP/1.1 400"),
    Lie("ssh_server", "a server of SSH is an outage",
        {"greeting": "SSH-2.0-OpenSSH_9.2"}, status="committed", hold="endpoint_down",
        fault="unreachable", says="SSH-2.0"),
    Lie("tls_server", "a server of TLS is an outage",
        {"greeting": raw(b"\x15\x03\x03\x00\x02\x02\x28\r\n")}, status="committed",
        hold="endpoint_down", fault="unreachable"),
    Lie("code_000", "no reply has code 000", {"MLST": "000 fine"}, fault="protocol_broken", says="000 fine"),
    Lie("code_999", "no reply has code 999", {"MLST": "999 fine"}, fault="protocol_broken", says="999 fine"),
    Lie("code_of_letters", "no reply has a code of letters", {"MLST": "abc fine"}, fault="protocol_broken", says="abc fine"),
    Lie("code_of_two_digits", "no reply has a code of two digits", {"MLST": "25"}, fault="protocol_broken"),
    Lie("empty_line", "an empty line is no reply", {"MLST": ""}, fault="protocol_broken"),
    Lie("protected_in_clear", "a protected reply before there is protection is refused", {"USER": "632 aGVsbG8="},
        fault="protocol_broken"),
    Lie("intermediate_to_a_look", "350 is no answer to MLST: SIZE is asked", {"MLST": "350 and now?"}, status="done"),
    Lie("intermediate_to_a_checksum", "350 is no answer to CKSM",
        {"CKSM": "350 and now?"}, fault="server_refused", says="350 and now?"),
    Lie("out_of_order", "answers in another order do no harm: here a file becomes a folder",
        {"MLST": only("MLST", out_of_order, lambda number, _: number == 1)}, fault="is_a_folder"),
    Lie("two_answers", "after a reply that nobody asked for none is trusted",
        {"MLST": only("MLST", say("250 fine", "250 fine", "250 fine"), lambda number, _: number == 3)},
        fault="protocol_broken"),
    Lie("second_226", "after a second 226 no answer is trusted", {"STOR": twice_at_once}, fault="protocol_broken",
        says="226 Transfer Complete."),
    Lie("second_226_late", "a second 226 is not taken for the next command's answer", {"STOR": twice_and_late},
        fault="protocol_broken", says="226 Transfer Complete."),
    Lie("second_250", "a second reply is not taken for a rename's", {"RNFR": say("350 and to?", "250 renamed")},
        fault="protocol_broken", says="250 renamed"),
    Lie("late_markers", "markers that come late are let pass", {"STOR": markers_after_the_end}, status="done"),
    Lie("unasked_flood", "replies that nobody asked for, without end, end the connection",
        {"MLST": flood(b"550 no such file\r\n", b"200 more\r\n")}, fault="protocol_broken"),
    Lie("long_refusal", "of a long refusal the record keeps 2,000 bytes", {"CKSM": "500 " + "words " * 1300},
        fault="server_refused", says="words words"),
    Lie("refusal_of_rubbish", "control characters and bytes that are no text are written out",
        {"CKSM": raw(b"500 \x1b[31m\x07\x80\xfe\r\n")}, fault="server_refused", says=r"\x1b[31m\x07\x80\xfe"),
    Lie("refusal_of_unicode_controls", "control characters of Unicode, which terminals obey, are written out",
        {"CKSM": raw(b"500 \xc2\x9b31m\r\n")}, fault="server_refused", says=r"\x9b31m"),
    Lie("binary_features", "rubbish in FEAT is no feature, and so no checksum",
        {"FEAT": raw(b"211-\x80\r\n \x00\x01\xfe\xff\xff\xfb\x01CKSM\x03\r\n 211-\r\n211 End\r\n")}, fault="no_common_checksum",
        side="both"),
    Lie("no_features", "a refusal of FEAT is no feature", {"FEAT": "500 FEAT not understood"}, fault="no_common_checksum",
        side="both"),
    Lie("many_features", "of many features some are kept",
        {"FEAT": say("211-", *[f" CKSM A{i}:1;B{i}:1;ADLER32:1;" for i in range(900)], "211 End")},
        status="done"),
]


def _resets():
    """RST in place of the answer to each of the main commands."""
    before = {"USER", "PASS"}
    for verb in ["USER", "PASS", "FEAT", "MLST", "TYPE", "MODE", "PASV", "ALLO", "STOR", "CKSM", "RNFR", "RNTO"]:
        outage = verb in before
        yield Lie(f"reset_under_{verb.lower()}", f"a reset under {verb} is told as what it is", {verb: reset},
                  status="committed" if outage else "failed", hold="endpoint_down" if outage else "none",
                  fault="unreachable" if outage else "cut")
    for verb in ["OPTS RETR", "PORT", "RETR", "CKSM"]:
        yield Lie(f"reset_under_{verb.split(' ')[0].lower()}_of_the_source",
                  f"a reset at the source under {verb} is told as what it is",
                  {verb: reset}, at="source", fault="cut")


LIES += _resets()
