"""Lies in the log-in with GSI, and in protected replies: these a relay tells in front of a real server."""

import base64

from lie import Lie, close, drip, flood, raw, silence

RUBBISH = base64.b64encode(bytes(range(256)) * 4).decode()
# The head of a TLS record of 16 KiB, whose body never comes.
BEGUN = base64.b64encode(b"\x16\x03\x03\x40\x00").decode()
ALERT = base64.b64encode(b"\x15\x03\x03\x00\x02\x02\x28").decode()
MECHANISM = "334 Using authentication type GSSAPI; ADAT must follow"


def handshake(name, proves, adat, fault="protocol_broken", auth=MECHANISM, **more):
    return Lie(name, proves, {"AUTH": auth, "ADAT": adat}, at="source", scheme="gsiftp", fault=fault, **more)


def reply(name, proves, change, fault="protocol_broken", **more):
    """`change` makes of the third protected reply what goes out in its place: a list of lines."""
    return Lie(name, proves, {"reply": change}, at="source", scheme="gsiftp", behind="reply", fault=fault,
               options={"max_tries": 1, "data_channel": "clear"}, **more)


LIES = [
    handshake("auth_refused", "a server without GSSAPI is named", silence, auth="502 AUTH not implemented",
              fault="not_supported", says="502"),
    handshake("auth_tls_instead", "234 is another mechanism's answer", silence, auth="234 AUTH TLS ok", fault="server_refused",
              says="234"),
    handshake("adat_without_data", "335 without a token is no token", "335 more", says="335 more"),
    handshake("adat_of_nothing", "an empty token is none", "335 ADAT=", says="335 ADAT="),
    handshake("adat_not_base64", "a token is base64", "335 ADAT=*** this is no token ***", says="this is no token"),
    handshake("adat_rubbish", "a token of rubbish breaks the handshake", f"335 ADAT={RUBBISH}"),
    handshake("adat_without_end", "a handshake that asks for more each time ends at its bound", f"335 ADAT={BEGUN}"),
    handshake("adat_alert", "a TLS alert is a refusal of the credential", f"335 ADAT={ALERT}", fault="credential_unusable",
              status="committed", hold="credential"),
    handshake("adat_done_too_early", "235 before the handshake is done is none", "235 welcome"),
    handshake("adat_endless_line", "a token has a limit", flood(b"335 ADAT=", b"AAAA" * 256)),
    handshake("adat_refused", "535 is a refused log-in", "535 no", fault="login_refused", status="committed", hold="credential",
              says="535 no"),
    handshake("tls_stops_half_way", "a handshake that stops is an outage", silence, fault="unreachable", status="committed",
              hold="endpoint_down"),
    handshake("tls_drips", "a token whose end never comes is an outage",
              drip(b"335 ADAT=", b"A"), fault="unreachable", status="committed",
              hold="endpoint_down"),
    handshake("tls_cut", "a handshake that is cut is an outage",
              close, fault="unreachable", status="committed", hold="endpoint_down"),
    handshake("adat_with_nuls", "NULs make no token", raw(b"335 ADAT=\0\0\0\0\r\n")),
    reply("protected_rubbish", "a protected reply of rubbish breaks the connection", lambda line: [f"632 {RUBBISH}"],
          says="632 AAEC"),
    reply("protected_not_base64", "a protected reply that is not base64 breaks the connection",
          lambda line: ["632 *** no base64 ***"]),
    reply("protected_631_rubbish", "rubbish under 631 breaks the connection", lambda line: [f"631 {RUBBISH}"], says="631 AAEC"),
    reply("protected_633_rubbish", "rubbish under 633 breaks the connection", lambda line: [f"633 {RUBBISH}"]),
    reply("protected_truncated", "a truncated token breaks the connection", lambda line: [line[: len(line) // 2 // 4 * 4]]),
    reply("protected_empty", "an empty token breaks the connection", lambda line: ["632 "]),
    reply("protected_twice", "a token that comes again is refused", lambda line: [line, line]),
    reply("protected_left_out", "where a token is left out the next one is refused", lambda line: []),
    reply("protected_in_clear_words", "a reply in clear on a protected channel is refused", lambda line: ["250 fine"]),
    reply("protected_without_end", "a protected reply without end is refused at its limit",
          lambda line: [f"632-{RUBBISH}"] * 2000),
    reply("protected_421", "421 may come in clear", lambda line: ["421 too busy"], fault="server_busy", status="committed",
          hold="back_off", says="421 too busy"),
]
