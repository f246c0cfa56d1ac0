"""Lies about files: what stands under a name, how long it is, what its checksum is, and what was done to it."""

import asyncio
import dataclasses

from ftp_server import File
from lie import Lie, drip, flood, is_part, only, reset, say, silence

WITHOUT_MLST = ["SIZE", "MDTM", "CKSM ADLER32:10;", "PARALLEL", "REST STREAM"]
HUGE = 2**64 - 1


def facts(text):
    async def lie(session, path):
        await session.say("250-status of", f" {text} {path}", "250 End.")
    return lie


def of_file(verb, lie):
    return {verb: only(verb, lie, lambda _, path: path != "/data" and path.startswith("/data"))}


def size_lie(name, proves, number, **more):
    reply = f"213 {number}".strip()
    broken = {} if "fault" in more else {"fault": "protocol_broken", "says": reply}
    return Lie(name, proves, {"SIZE": reply}, at="source", features=WITHOUT_MLST, **broken, **more)


def mlst_lie(name, proves, lie, **more):
    return Lie(name, proves, of_file("MLST", lie), at="source", fault=more.pop("fault", "protocol_broken"), **more)


def cksm_lie(name, proves, lie, **more):
    return Lie(name, proves, {"CKSM": lie}, fault=more.pop("fault", "protocol_broken"), **more)


def counting_checksum(step, most=None):
    async def lie(session, _):
        number = 0
        while most is None or number < most:
            number += step
            await session.say("113-Status", f" Bytes Processed: {number}", "113 End")
            await asyncio.sleep(0.2)
    return lie


async def slowly_summed(session, argument):
    """A checksum that comes after 10 s, with a sign of life each half."""
    for number in range(20):
        await session.say("113-Status", f" Bytes Processed: {number}", "113 End")
        await asyncio.sleep(0.5)
    await session.do_cksm(argument)


async def grows(session, path):
    """Longer at each look."""
    file = session.server.files["/data/file"]
    session.server.put("/data/file", dataclasses.replace(file, size=file.size + 1000))
    await session.honest("MLST", path)


async def changes(session, argument):
    await session.do_retr(argument)
    file = session.server.files[argument]
    session.server.put(argument, dataclasses.replace(file, content="another"))


async def touched(session, argument):
    await session.do_retr(argument)
    file = session.server.files[argument]
    session.server.put(argument, dataclasses.replace(file, modify="20270101000000"))


async def says_yes_to_the_rename(session, _):
    await session.say("250 renamed")


async def renames_and_resets(session, argument):
    session.rename(argument)
    await reset(session, argument)


async def renames_and_changes(session, argument):
    session.rename(argument)
    session.server.put(argument, File(7))
    await session.say("250 renamed")


def nothing_under_its_name(record, server):
    name = "/" + record["destination"].split("/", 3)[3]
    return f"there is {name}" if name in server.files else None


def few_deletions(record, server):
    return None if 1 <= server.count("DELE") <= 3 else f"{server.count('DELE')} times DELE"


LIES = [
    size_lie("size_of_words", "SIZE is a number", "large"),
    size_lie("size_negative", "SIZE has no sign", -1),
    size_lie("size_beyond_64_bits", "SIZE fits into 64 bits", 2**64),
    size_lie("size_of_nothing", "a SIZE that is empty is none", ""),
    size_lie("size_of_two_numbers", "two numbers are no SIZE", "5 6"),
    size_lie("size_wrong", "a size that is not the file's is found out at the destination", 5, fault="size_differs",
             side="destination"),
    size_lie("size_largest", "the largest SIZE breaks nothing", HUGE, fault="size_differs", side="destination"),
    mlst_lie("mlst_without_facts", "what is not said to be a file is none", facts(""), fault="not_supported", says="250"),
    mlst_lie("mlst_without_size", "facts without a size are not enough", facts("Type=file;Modify=20260101000000;"),
             says="Modify=20260101000000"),
    mlst_lie("mlst_malformed", "a fact without a value breaks the list", facts("Type=file;Size;")),
    mlst_lie("mlst_size_of_words", "a fact Size is a number", facts("Type=file;Size=many;")),
    mlst_lie("mlst_modify_of_words", "a time that is none is as good as not told",
             facts("Type=file;Size=100000;Modify=yesterday;"), fault=None, status="done"),
    mlst_lie("mlst_one_line", "an answer to MLST has three lines", say("250 Type=file;Size=5; /data/file")),
    mlst_lie("mlst_thousand_facts", "facts have a number that they do not exceed",
             facts("x=y;" * 1500 + "Type=file;Size=100000;")),
    mlst_lie("mlst_line_beyond_the_limit", "a line of facts has a limit", facts("x=" + "y" * 9000 + ";Type=file;Size=100000;")),
    mlst_lie("mlst_huge_unique", "a long identity breaks nothing", facts("Type=file;Size=100000;Unique=" + "u" * 7000 + ";"),
             fault=None, status="done"),
    mlst_lie("mlst_binary_unique", "an identity that is no text breaks nothing",
             facts("Type=file;Size=100000;Unique=\x80\xfe\xff\xff\x01\x22\x5c;"), fault=None, status="done"),
    mlst_lie("mlst_of_a_device", "only regular files are moved", facts("Type=OS.unix=chr-13/29;"), fault="not_supported",
             says="chr-13/29"),
    mlst_lie("mlst_largest_size", "the largest fact Size breaks nothing",
             facts(f"Type=file;Size={HUGE};"), fault="size_differs",
             side="destination"),
    Lie("mlst_of_another_path", "the name in the answer proves nothing, and need not",
        of_file("MLST", say("250-status", " Type=file;Size=100000; /etc/passwd", "250 End.")), at="source", status="done"),
    cksm_lie("cksm_wrong", "another checksum is another file: nothing is published", "213 00000001", fault="checksum_differs",
             then=nothing_under_its_name),
    cksm_lie("cksm_too_long", "a checksum has its algorithm's length", "213 0000000011"),
    cksm_lie("cksm_of_another_algorithm", "another algorithm's checksum is none", "213 d41d8cd98f00b204e9800998ecf8427e"),
    cksm_lie("cksm_of_words", "a checksum is hexadecimal", "213 fine"),
    cksm_lie("cksm_of_nothing", "an empty checksum is none", "213", says="213"),
    cksm_lie("cksm_refused", "a refused checksum is no proof", "500 no", fault="server_refused", says="500 no"),
    cksm_lie("cksm_without_end", "a checksum that does not come is a stall", silence, fault="stalled"),
    cksm_lie("cksm_same_progress", "markers that show no progress are no life",
             drip(b"", b"113-Status\r\n Bytes Processed: 5\r\n113 End\r\n"), fault="stalled"),
    cksm_lie("cksm_endless_progress", "progress beyond the file's size is none", counting_checksum(40_000), fault="stalled"),
    cksm_lie("cksm_flood", "a flood of checksum markers does not put the time limit off",
             flood(b"", b"113-Status\r\n Bytes Processed: rubbish\r\n113 End\r\n"), fault="stalled"),
    Lie("flood_for_nobody", "answers that nobody waits for any more, since the other side is still busy, have a bound",
        {"MLST": only("MLST", flood(b"", b"150-soon\r\n" + (b" " * 1000 + b"\r\n") * 60 + b"150 \r\n", 0.004), is_part),
         "CKSM": only("CKSM", slowly_summed, lambda number, argument: not is_part(number, argument))}, at="both",
        fault="stalled", side="destination"),
    Lie("source_changes", "content that changes after it was sent is not published", {"RETR": changes}, at="source",
        fault="checksum_differs", side="destination"),
    Lie("source_is_touched", "without a checksum Modify tells", {"RETR": touched}, at="source", fault="source_changed",
        options={"max_tries": 1, "verify": "size_only"}),
    Lie("source_grows", "a source that grows is told as changed", {"MLST": grows}, at="source", fault="source_changed",
        options={"max_tries": 1, "verify": "size_only"}),
    Lie("folder_is_there_and_is_not", "a folder that is refused as existing and does not exist ends it",
        {"MKD": "521 /data/new: file exists"}, path="/data/new/file", fault="destination_exists", says="521"),
    Lie("folder_made_and_not_there", "a folder that is made and does not exist shows at STOR",
        {"MKD": '257 "/data/new" made', "STOR": "500 Command failed : /data/new: No such file or directory"},
        path="/data/new/file", fault="no_such_folder"),
    Lie("rename_refused_at_its_end", "350 to RNFR is no rename", {"RNTO": "550 Rename failed"}, fault="server_refused",
        says="550 Rename failed"),
    Lie("rename_refused_to_replace", "a server that does not replace is named", {"RNTO": "553 no"}, fault="cannot_replace",
        options={"max_tries": 1, "existing": "overwrite"},
        prepare=lambda server: server.put("/data/file", File(5)), says="553"),
    Lie("rename_begun_wrongly", "250 to RNFR is no rename", {"RNFR": "250 fine"}, fault="server_refused"),
    Lie("rename_that_did_nothing", "after 250 to RNTO a look decides", {"RNTO": says_yes_to_the_rename},
        fault="changed_after_verify", then=nothing_under_its_name),
    Lie("rename_without_answer", "an RNTO that is not answered is a stall, and the next try looks", {"RNTO": silence},
        fault="stalled", then=nothing_under_its_name),
    Lie("rename_done_and_reset", "a rename whose answer was lost is found by the next try", {"RNTO": renames_and_resets},
        status="done", options={"max_tries": 2}),
    Lie("rename_to_something_else", "what stands there after the rename is looked at", {"RNTO": renames_and_changes},
        fault="changed_after_verify"),
    Lie("deletion_refused", "a part that cannot be deleted is no reason for haste",
        {"CKSM": "213 00000001", "DELE": "550 Permission denied"}, fault="checksum_differs", cleared=few_deletions),
    Lie("deletion_never_answered", "a deletion that is not answered is no reason for haste",
        {"CKSM": "213 00000001", "DELE": silence},
        fault="checksum_differs", cleared=few_deletions),
    Lie("part_is_gone", "226 for nothing is found out",
        {"MLST": only("MLST", "550 no such file", is_part)}, fault="part_missing"),
]
