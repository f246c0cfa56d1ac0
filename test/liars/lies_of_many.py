"""Lies in requests of many files: about what a folder has, and in the midst of a pipeline."""

import asyncio
import json
import urllib.parse

from ftp_server import FEATURES, File, performance_marker, uniques
from lie import Lie, close, flood, is_part, only, reset, say, silence

FILES = 8  # of each request; alike in size, so that only a checksum tells one from the other
NAMES = [f"f{number}" for number in range(FILES)]
SIZE = 1000
FOLDER = "Type=dir;Modify=20260101000000;"


def make_folder(server):
    server.folders.add("/data/many")


def put_files(server):
    make_folder(server)
    for name in NAMES:
        server.put(f"/data/many/{name}", File(SIZE, content=name))


def entry(name, facts="Type=file;Size=1000;Modify=20260101000000;"):
    return f" {facts} {name}"


def listed(*entries):
    return say("250-Contents", *entries, "250 End.")


def all_and(*more):
    return listed(*[entry(name) for name in NAMES], *more)


def many_lie(name, proves, lies, many, at, **more):
    if more.get("status") != "done":
        more = {"fault": "some_files_failed", "side": "none", **more}
    return Lie(name, proves, lies, at=at, many=many, path="/data/many/", prepare=put_files if at == "source" else make_folder,
               features=[*FEATURES, "MLSC"], cleared=no_parts, **more)


def tree_lie(name, proves, lie, **more):
    return many_lie(name, proves, {"MLSC": lie}, "tree", "source", **more)


def unlisted_lie(name, proves, lie, code, **more):
    """The request fails as its listing does."""
    return tree_lie(name, proves, lie, files_fail={name: code}, **more)


def list_lie(name, proves, lies, at="destination", **more):
    return many_lie(name, proves, lies, "list", at, **more)


def submit(service, lie, source, destination):
    request = {"handle": lie.name, "source": source, "destination": destination, "kind": lie.many, "commit": lie.many == "tree",
               "options": {"max_tries": 1, **lie.options}}
    status, reply = service.request("POST", "/v1/transfers", request)
    if status not in (200, 201):
        raise RuntimeError(f"{lie.name}: {reply}")
    if lie.many == "list":
        service.post_lines(f"/v1/transfers/{lie.name}/files",
                           "".join(json.dumps({"source": name, "destination": name}) + "\n" for name in NAMES))
        service.request("POST", f"/v1/transfers/{lie.name}/commit")


def wrong(told, honest, files):
    """Under each name stands that file and no other; what is not there is told as failed."""
    source, destination = (told.liar, honest) if told.lie.at == "source" else (honest, told.liar)
    below = f"/data/{told.lie.name}/" if told.lie.at == "source" else "/data/many/"
    there = {path: file for path, file in destination.files.items() if path.startswith(below)}
    false = [path for path, file in there.items() if not is_part(0, path) and not is_true(source, path.rsplit("/", 1)[1], file)]
    if false:
        return f"not what it should be: {false}"
    done = [file for file in files if file["status"] == "done"]
    lacking = {name_of(file) for file in done if file["kind"] == "file"} - {path.rsplit("/", 1)[1] for path in there}
    folders = {urllib.parse.urlsplit(file["destination"]).path.rstrip("/") for file in done if file["kind"] == "folder"}
    lacking |= folders - {folder.rstrip("/") for folder in destination.folders}
    if lacking:
        return f"said to be done, and not there: {sorted(lacking)}"
    failed = {name_of(file): (file["fault"] or {}).get("code") for file in files if file["status"] == "failed"}
    return None if failed == told.lie.files_fail else f"failed: {failed}, not {told.lie.files_fail}"


def name_of(file):
    return file["destination"].rstrip("/").rsplit("/", 1)[1]


def no_parts(_, server):
    parts = [path for path in server.files if is_part(0, path)]
    return f"parts stand there: {parts}" if parts else None


def is_true(source, name, file):
    original = source.files.get(f"/data/many/{name}")
    return original is not None and (original.size, original.content) == (file.size, file.content)


def nth(verb, number, lie):
    return {verb: only(verb, lie, lambda asked, _: asked == number)}


def about(verb, name, lie):
    return {verb: only(verb, lie, lambda _, argument: argument.endswith(f"/{name}"))}


def of_item(verb, number, lie):
    """About the part of that line of the list: `.rft-ID-EPOCH-ITEM-ROUND`."""
    return {verb: only(verb, lie, lambda _, path: "/.rft-" in path and path.split("-")[-2] == str(number))}


async def swaps(session, path):
    """What comes is another file's of the same size."""
    await session.say("150 Beginning transfer.")
    file = await session.received()
    session.server.put(path, File(file.size, content="another"))
    await session.say("226 Transfer Complete.")


async def drops(session, _):
    await session.received()
    await session.say("150 Beginning transfer.", "226 Transfer Complete.")


async def slowly(session, path):
    """For longer than the mover's patience, with performance markers and no range markers."""
    await session.say("150 Beginning transfer.")
    for step in range(10):
        await session.say(*performance_marker((step + 1) * SIZE // 10))
        await asyncio.sleep(0.5)
    session.server.put(path, await session.received())
    await session.say("226 Transfer Complete.")


async def answers_twice(session, path):
    await session.do_stor(path)
    await session.say("226 Transfer Complete.")


async def a_folder_in_each(session, path):
    await session.say("250-Contents", entry("deeper", FOLDER), "250 End.")


async def is_a_folder(session, path):
    if path.endswith("/deeper"):
        await session.say("250-status of", f" {FOLDER} {path}", "250 End.")
    else:
        await session.honest("MLST", path)


async def an_empty_ghost(session, path):
    """A look does not find it."""
    await (listed() if path.endswith("/ghost") else all_and(entry("ghost", FOLDER)))(session, path)


LINK = "Type=dir;UNIX.slink=/elsewhere;"


def of_folders(unique):
    """MLST of any folder, and of the links to them that are all called "more"."""
    async def lie(session, path):
        facts = f"{LINK if path.endswith('/more') else 'Type=dir;'}Unique={unique()};"
        await session.say("250-status of", f" {facts} {path}", "250 End.")
    return lie


def link_lie(name, proves, code, **lies):
    return many_lie(name, proves, {"MLSC": listed(entry("more", LINK)), **lies}, "tree", "source", files_fail={"more": code})


LIES = [
    unlisted_lie("tree_refused", "a folder that is not there is told as such",
                 say("550 /data/many: No such file or directory"), "no_such_folder"),
    unlisted_lie("tree_never_listed", "a listing that does not come is a stall", silence, "stalled"),
    unlisted_lie("tree_cut", "a listing that is cut is not taken for a whole one", close, "cut"),
    unlisted_lie("tree_without_facts", "an entry without facts is no entry", all_and(" no facts at all"), "protocol_broken"),
    tree_lie("tree_of_other_folders", "an entry with a '/' in it fails alone: no listing reaches beyond its folder",
             all_and(entry("../../etc/passwd")), files_fail={"..%3F..%3Fetc%3Fpasswd": "bad_name"}),
    tree_lie("tree_of_impossible_times", "a time that cannot be is as good as not told",
             listed(*[entry(name, "Type=file;Size=1000;Modify=20260230000000;") for name in NAMES]), status="done"),
    tree_lie("tree_with_parents", "'..' is not a file", all_and(entry(".."), entry("..", "Type=pdir;")), status="done"),
    tree_lie("tree_that_repeats", "what is named twice is moved once", all_and(*[entry(name) for name in NAMES]),
             status="done"),
    tree_lie("tree_of_ghosts", "what is named and is not there fails alone", all_and(entry("f9")),
             files_fail={"f9": "no_such_file"}),
    tree_lie("tree_of_wrong_sizes", "sizes in a listing are not believed",
             listed(*[entry(name, "Type=file;Size=5;Modify=20260101000000;") for name in NAMES]), status="done"),
    unlisted_lie("tree_without_end", "a folder has a number of entries that it does not exceed",
                 flood(b"250-Contents\r\n", b" Type=file;Size=1; x\r\n", pace=0), "folder_too_large", grows=260 << 10),
    many_lie("tree_without_end_below", "folders in folders have a limit",
             {"MLSC": a_folder_in_each, "MLST": is_a_folder}, "tree", "source", files_fail={"deeper": "folder_too_large"}),
    tree_lie("tree_of_ghost_folders", "an empty folder that is named and is not there fails alone", an_empty_ghost,
             files_fail={"ghost": "no_such_folder"}),
    link_lie("tree_of_links_without_end", "links that lead to ever new folders end by their number", "is_a_link",
             MLST=of_folders(lambda: next(uniques))),
    link_lie("tree_that_is_one_folder", "a link to what was walked is not followed, whatever it is", "is_a_link",
             MLST=of_folders(lambda: 7)),
    link_lie("tree_without_unique", "where folders are not told apart no link to one is followed", "is_a_link",
             MLST=of_folders(str)),
    list_lie("stor_refused_among_many", "a refused STOR fails alone, and gives no other its bytes",
             of_item("STOR", 3, say("553 no")), files_fail={"f3": "bad_name"}),
    list_lie("retr_refused_among_many", "a refused RETR fails alone, and gives no other its bytes",
             about("RETR", "f3", say("550 no")), at="source", files_fail={"f3": "server_refused"}),
    list_lie("stor_without_a_file", "226 for bytes that were thrown away is found out", of_item("STOR", 3, drops),
             files_fail={"f3": "part_missing"}),
    list_lie("another_files_bytes", "bytes of another file of the same size are found out", of_item("STOR", 3, swaps),
             files_fail={"f3": "checksum_differs"}),
    list_lie("one_checksum_for_all", "one checksum for all is another file's", {"CKSM": "213 00000001"},
             files_fail={name: "checksum_differs" for name in NAMES}),
    list_lie("two_226_among_many", "a second 226 is no proof of the file behind it", nth("STOR", 4, answers_twice),
             status="done", options={"max_tries": 3}),
    list_lie("reset_among_many", "a reset among many files costs a try and no file", nth("STOR", 4, reset), status="done",
             options={"max_tries": 3}),
    # The answers behind it seem to be of the files before theirs, so that the proofs find them out.
    list_lie("silence_among_many", "silence among many files is a stall, and proves nothing", of_item("STOR", 3, silence),
             files_fail={"f3": "part_missing", "f4": "checksum_differs", "f5": "checksum_differs", "f6": "checksum_differs",
                         "f7": "stalled"}),
    list_lie("performance_alone_among_many", "performance markers alone are progress too", of_item("STOR", 3, slowly),
             status="done"),
    list_lie("last_rename_not_done", "a rename that is said to be done, and is not, is found out",
             nth("RNTO", FILES, say("250 renamed")), files_fail={NAMES[-1]: "changed_after_verify"}),
    list_lie("look_refused_among_many", "a look that is refused fails its file alone",
             about("MLST", "f3", say("550 f3: Permission denied")), at="source", files_fail={"f3": "not_permitted"}),
]
