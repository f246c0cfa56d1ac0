"""Lies while bytes move: data addresses, markers, the final replies of STOR and RETR, restarts, and their end."""

import asyncio
import dataclasses

from ftp_server import File, performance_marker
from lie import Lie, counting, drip, flood, is_part, only, reset, silence

SIZE = 100_000
HUGE = 2**64 - 1
STREAM = ["SIZE", "MDTM", "MLST Type*;Size*;Modify*;Unique*;", "CKSM ADLER32:10;", "REST STREAM"]


def pasv(name, proves, announced, fault, **more):
    reply = f"227 Entering Passive Mode ({announced})" if announced else "227 fine"
    return Lie(name, proves, {"PASV": reply}, fault=fault, **{"says": reply, **more})


def marked(*lines):
    """An honest STOR with these replies before its end."""
    async def lie(session, path):
        await session.say("150 Beginning transfer.")
        file = await session.received()
        session.server.put(path, file)
        await session.say(*lines, "226 Transfer Complete.")
    return lie


def marker(name, proves, *lines):
    def sane(record, _):
        if not 0 <= record["bytes_sent"] <= SIZE or record["bytes_confirmed"] > SIZE:
            return f"{record['bytes_sent']} bytes sent, {record['bytes_confirmed']} confirmed"
        return None
    return Lie(name, proves, {"STOR": marked(*lines)}, status="done", then=sane)


def stored(change, reply="226 Transfer Complete."):
    """A STOR that keeps what `change` makes of the file; nothing: keeps nothing."""
    async def lie(session, path):
        await session.say("150 Beginning transfer.")
        file = change(await session.received())
        if file:
            session.server.put(path, file)
        await session.say(reply)
    return lie


async def early_226(session, path):
    await session.say("226 Transfer Complete.", "150 Beginning transfer.")
    session.server.put(path, await session.received())


async def half_then_reset(session, path):
    await session.say("150 Beginning transfer.")
    file = await session.received()
    session.server.put(path, dataclasses.replace(file, size=file.size // 2))
    await session.say(f"111 Range Marker 0-{file.size // 2}")
    await asyncio.sleep(0.5)
    await reset(session, path)


async def part_grows(session, path):
    """Twice as long at each look."""
    part = session.server.files.get(path, File(SIZE // 2))
    session.server.put(path, dataclasses.replace(part, size=part.size * 2 if part.size < HUGE // 2 else HUGE))
    await session.honest("MLST", path)


async def waits_for_abor(session, _):
    await session.say("150 Beginning transfer.")


async def end_without_bytes(session, _):
    await session.say("150 Beginning transfer.", "226 Transfer Complete.")


def not_done(record, server):
    return "the part was published" if any(not path.startswith("/data/.rft-") for path in server.files) else None



LIES = [
    pasv("pasv_reserved_port", "a port below 1024 is handed to no peer", "127,0,0,1,0,22", "forbidden_address"),
    pasv("pasv_port_0", "port 0 is handed to no peer", "127,0,0,1,0,0", "protocol_broken", says="227"),
    pasv("pasv_metadata_address", "a link-local address, where clouds keep credentials, is handed to no peer",
         "169,254,169,254,80,80",
         "forbidden_address"),
    pasv("pasv_multicast", "a multicast group is handed to no peer", "239,1,1,1,80,80", "forbidden_address"),
    pasv("pasv_network_0", "an address of network 0 is handed to no peer", "0,0,0,5,80,80", "forbidden_address"),
    pasv("pasv_numbers_beyond_255", "numbers beyond 255 are no address", "999,1,1,1,80,80", "protocol_broken", says="999"),
    pasv("pasv_five_numbers", "five numbers are no address", "127,0,0,1,80", "protocol_broken", says="227"),
    pasv("pasv_negative", "numbers with a sign are no address", "127,-0,0,1,80,80", "protocol_broken"),
    pasv("pasv_without_address", "227 without an address is none", "", "protocol_broken", says="227 fine"),
    pasv("pasv_another_host", "a server may have a data interface of its own; that nobody listens there the source finds out",
         "192,0,2,1,80,80", "data_channel_failed", side="source", says="Unable to connect"),
    Lie("epsv_without_port", "EPSV names a port", {"EPSV": "229 Extended Passive Mode (||||)"}, host="::1",
        fault="protocol_broken", says="229"),
    Lie("epsv_reserved_port", "a port below 1024 is handed to no peer by EPRT either",
        {"EPSV": "229 Extended Passive Mode (|||22|)"}, host="::1",
        fault="forbidden_address", says="(|||22|)"),
    Lie("epsv_honest", "an IPv6 destination is served", {}, host="::1", status="done"),
    Lie("listening_refused", "a PASV that is refused says why", {"PASV": "500 no more ports"}, fault="server_refused",
        says="500 no more ports"),
    Lie("parallelism_refused", "a server that refuses OPTS RETR is named", {"OPTS RETR": "501 no"}, at="source",
        fault="server_refused", says="501 no"),
    Lie("mode_e_refused", "a server that offers MODE E and refuses it is named",
        {"MODE": "504 no MODE E"}, fault="not_supported",
        says="504 no MODE E"),
    Lie("courtesies_refused", "what is only a courtesy may be refused",
        {"SITE": "500 no", "TREV": "500 no", "ALLO": "500 no", "OPTS CKSM": "500 no"}, status="done"),
    marker("range_beyond_the_size", "a range beyond the file confirms no more than the file", f"111 Range Marker 0-{HUGE}"),
    marker("ranges_overlapping", "ranges that overlap count once", "111 Range Marker 0-60000,10-99999,5-6"),
    marker("range_reversed", "a range that ends before it begins is passed over", "111 Range Marker 900-100"),
    marker("range_of_words", "a range that is none is passed over", "111 Range Marker a-b,1-,-5,,"),
    marker("range_beyond_64_bits", "a range beyond 64 bits is passed over", "111 Range Marker 0-99999999999999999999999"),
    marker("ranges_by_the_thousand", "crumbs by the thousand take neither the memory nor the time of others",
           *["111 Range Marker " + ",".join(f"{i}-{i + 1}" for i in range(j, j + 1000, 2)) for j in range(0, SIZE, 1000)]),
    Lie("range_line_beyond_the_limit", "a line of ranges has a limit",
        {"STOR": marked("111 Range Marker " + ",".join(f"{i}-{i + 1}" for i in range(0, 4000, 2)))}, fault="protocol_broken",
        says="111 Range Marker 0-1,2-3"),
    marker("performance_of_words", "a performance marker of rubbish is passed over", "112-Perf Marker", " Timestamp: soon",
           " Stripe Bytes Transferred: lots", "112 End."),
    marker("performance_largest", "more bytes sent than there are is not believed", *performance_marker(HUGE),
           *performance_marker(HUGE, stripe=1)),
    marker("performance_of_many_stripes", "more stripes than there can be are passed over",
           *[line for i in range(0, 20000, 10) for line in performance_marker(1, stripe=i)]),
    Lie("range_for_ever", "a marker that says the same again is no progress",
        {"STOR": counting(lambda _: ["111 Range Marker 0-10"])}, fault="stalled", side="both"),
    Lie("range_growing_for_ever", "ranges beyond the end of the file are no progress",
        {"STOR": counting(lambda n: [f"111 Range Marker {n}-{n + 10}"], step=SIZE)}, fault="stalled", side="both"),
    Lie("performance_growing_for_ever", "bytes sent beyond the file's size are no progress",
        {"STOR": counting(performance_marker, step=SIZE // 2)}, fault="stalled", side="both"),
    Lie("markers_in_a_flood", "a flood of markers does not put the time limit off",
        {"STOR": flood(b"150 go\r\n", b"111 Range Marker 0-10\r\n")}, fault="stalled", side="both"),
    Lie("preliminary_for_ever", "other preliminary replies are no progress", {"STOR": drip(b"150 go\r\n", b"150 going\r\n")},
        fault="stalled", side="both"),
    Lie("stor_never_answers", "a STOR without any reply is a stall", {"STOR": silence}, fault="stalled"),
    Lie("retr_never_answers", "a RETR without any reply is a stall",
        {"RETR": silence}, at="source", fault="stalled", side="destination"),
    Lie("retr_done_and_nothing_sent", "226 of a source that sent nothing moves nothing", {"RETR": end_without_bytes},
        at="source", fault="stalled", side="destination"),
    Lie("retr_refused", "a source that shows a file and refuses it", {"RETR": "550 /data/file: Permission denied"},
        at="source", fault="not_permitted", says="Permission denied"),
    Lie("refusal_that_names_a_file", "the words of a file's name are not the reason",
        {"RETR": "500 Command failed : open error: /data/no space left: Permission denied"}, at="source",
        fault="not_permitted"),
    Lie("disk_full", "a full disk is a hold", {"STOR": "552 Disk quota exceeded"}, status="committed", hold="space",
        fault="destination_full", says="552 Disk quota"),
    Lie("nothing_stored", "226 with nothing there is found out", {"STOR": stored(lambda file: None)}, fault="part_missing"),
    Lie("half_stored", "226 with a shorter file is found out",
        {"STOR": stored(lambda file: dataclasses.replace(file, size=file.size // 2))}, fault="size_differs"),
    Lie("other_bytes_stored", "226 with other bytes is found out",
        {"STOR": stored(lambda file: dataclasses.replace(file, content="another"))}, fault="checksum_differs"),
    Lie("early_226", "226 before 150 is judged by what is there", {"STOR": early_226}, status="done"),
    Lie("intermediate_to_stor", "350 is no end of a transfer", {"STOR": stored(lambda file: file, "350 and now?")},
        fault="server_refused", says="350 and now?"),
    Lie("done_after_abor", "226 after ABOR speaks of no transfer", {"STOR": waits_for_abor}, fault="stalled", then=not_done),
    Lie("abor_unheard", "silence after ABOR holds nobody up for long", {"STOR": waits_for_abor, "ABOR": silence},
        fault="stalled", then=not_done),
    Lie("abor_and_flood", "a flood after ABOR holds nobody up for long",
        {"STOR": waits_for_abor, "ABOR": flood(b"", b"226 Transfer Complete.\r\n")},
        fault="stalled", then=not_done),
    Lie("stream_honest", "a server without MODE E is served in stream mode", {}, features=STREAM, status="done"),
    Lie("stream_half_stored", "226 for a truncated file in stream mode is found out",
        {"STOR": stored(lambda file: dataclasses.replace(file, size=file.size // 2))}, features=STREAM, fault="size_differs"),
    Lie("stream_grows_for_ever", "a part that grows beyond its source is no progress in stream mode",
        {"STOR": waits_for_abor, "MLST": only("MLST", part_grows, is_part)}, features=STREAM, fault="stalled", side="both"),
    Lie("restart_refused", "where REST is refused the file is sent from zero under another name",
        {"STOR": only("STOR", half_then_reset, lambda number, _: number == 1), "REST": "501 no"}, status="done",
        options={"max_tries": 4}, seconds=40),
    Lie("restart_of_nothing", "where the part is gone the file is sent from zero",
        {"STOR": only("STOR", half_then_reset, lambda number, _: number == 1),
         "RNFR": only("RNFR", "550 no such file", lambda number, _: number == 1)}, status="done", options={"max_tries": 4},
        seconds=40),
]
