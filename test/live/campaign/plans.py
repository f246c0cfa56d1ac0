"""What the storm moves: transfers of every kind, each with the end that it must have."""

import dataclasses
import hashlib
import os
import shutil
import zlib

MIB = 1 << 20
SIZES = [0, 1, 1 << 10, 4000, 1 << 14, 100_000, 1 << 18, 777_777, MIB, 2 * MIB + 1, 4 * MIB, 7_654_321, 12 * MIB, 16 * MIB,
         24 * MIB, 33_333_333, 48 * MIB, 64 * MIB]
WEIGHTS = [1, 1, 4, 4, 4, 4, 4, 4, 4, 4, 4, 3, 3, 3, 2, 2, 1, 1]
SERVERS = {  # name: (side of the link, options of its start, scheme)
    "gs": ("src", ["--gsi"]), "gd": ("dst", ["--gsi"]), "as": ("src", ["--anon"]), "ad": ("dst", ["--anon"]),
    "ps": ("src", ["--kind", "proftpd"]), "pd": ("dst", ["--kind", "proftpd"]), "ns": ("src", ["--anon", "--user", "nobody"]),
}
PAIRS = [("gs", "gd"), ("as", "ad"), ("ps", "ad"), ("as", "pd"), ("gs", "ad"), ("as", "gd")]
PAIR_WEIGHTS = [8, 5, 2, 2, 1, 1]
DONE = "done"


@dataclasses.dataclass
class Plan:
    handle: str
    source: str  # URLs
    destination: str
    out: str  # the path under which it must stand
    contents: list  # paths: what may stand there in the end, and what stood there before
    expects: object = DONE  # or (fault, side)
    options: dict = dataclasses.field(default_factory=dict)
    committed: bool = True  # at once, else by a call of its own
    wish: str = "run"  # what its user said last: run, stop, clear
    submitted: bool = False

    def in_place(self):
        return self.options.get("publish") == "in_place"


class Planner:
    """Draws plans; the same seed gives the same ones."""

    def __init__(self, stage, draw, urls):
        self.stage, self.draw, self.urls = stage, draw, urls
        self.outs = stage.make_folder("out")
        self.small_disk = f"{stage.folder}/disk"
        self.sources = {size: stage.bed.make_file(f"in-{size}", size) for size in SIZES}
        self.other = {size: stage.bed.make_file(f"other-{size}", size) for size in SIZES[:10]}
        for path in [*self.sources.values(), *self.other.values()]:
            os.chmod(path, 0o644)
        self.secret = stage.bed.make_file("secret", 5000)
        os.chmod(self.secret, 0o600)

    def draw_all(self, count):
        plans = []
        for i in range(count):
            kind = self.draw.choices(list(KINDS), [weight for weight, _ in KINDS.values()])[0]
            plans += KINDS[kind][1](self, f"{kind}-{i}")
        return plans[:count]

    def plan(self, handle, size=None, pair=None, **options):
        size = self.draw.choices(SIZES, WEIGHTS)[0] if size is None else size
        source, destination = pair or self.draw.choices(PAIRS, PAIR_WEIGHTS)[0]
        if source[0] != destination[0] and "g" in source + destination:
            options["data_channel"] = "clear"  # a GSI server and one without share no other
        path, out = self.sources[size], f"{self.outs}/{handle}"
        return Plan(handle, self.urls[source] + path, self.urls[destination] + out, out, [path], DONE, options,
                    self.draw.random() < 0.85)

    def small(self):
        return self.draw.choice(SIZES[2:10])

    def whole(self, handle):
        """With options, the most common kind."""
        plan = self.plan(handle)
        with_ftpd = any(self.urls[name] in plan.source + plan.destination for name in ("ps", "pd"))
        algorithms = ["MD5", "SHA256"] if with_ftpd else ["MD5", "ADLER32", "SHA1"]
        choices = [("existing", ["overwrite", "fail", "adopt"]), ("verify", ["size_only", "none", "checksum"]),
                   ("resume", ["strict"]), ("publish", ["in_place"]), ("checksum", algorithms), ("streams_max", [1, 2]),
                   ("label", ["a label"])]
        for name, values in choices:
            if self.draw.random() < 0.15:
                plan.options[name] = self.draw.choice(values)
        if plan.options.get("verify") in ("size_only", "none"):
            plan.options.pop("checksum", None)
        if "checksum" in plan.options and self.draw.random() < 0.5:
            plan.options["checksum"] += ":" + checksum_of(plan.options["checksum"], plan.contents[0])
        if plan.source.startswith("gsiftp") and plan.destination.startswith("gsiftp") and self.draw.random() < 0.15:
            plan.options["data_channel"] = "private"
        return [plan]

    def deep(self, handle):
        plan = self.plan(handle, self.small())
        folder = f"{self.outs}/{handle}.d/with several/folders"
        return [dataclasses.replace(plan, out=f"{folder}/out", destination=plan.destination.replace(plan.out, "")
                                    + f"{folder.replace(' ', '%20')}/out")]

    def no_source(self, handle):
        plan = self.plan(handle, self.small())
        return [dataclasses.replace(plan, source=plan.source + "-none", expects=("no_such_file", "source"), contents=[])]

    def unreadable(self, handle):
        plan = self.plan(handle, self.small(), ("ns", "ad"))
        return [dataclasses.replace(plan, source=self.urls["ns"] + self.secret, expects=("not_permitted", "source"), contents=[])]

    def no_parent(self, handle):
        plan = self.plan(handle, self.small(), parents="fail")
        return [dataclasses.replace(plan, destination=plan.destination + ".none/out", out=plan.out + ".none/out",
                                    expects=("no_such_folder", "destination"), contents=[])]

    def wrong_checksum(self, handle):
        plan = self.plan(handle, self.small(), checksum="MD5:" + "0" * 32)
        return [dataclasses.replace(plan, expects=("not_the_expected_content", "source"), contents=[])]

    def same_there(self, handle):
        plan = self.plan(handle, self.small(), **self.draw.choice([{}, {"existing": "adopt"}]))
        shutil.copy(plan.contents[0], plan.out)
        return [plan]

    def other_there(self, handle):
        size = self.small()
        how = self.draw.choice(["adopt", "fail", "overwrite"])
        plan = self.plan(handle, size, existing=how)
        shutil.copy(self.other[size], plan.out)
        os.chmod(plan.out, 0o666)
        if how == "overwrite":
            return [dataclasses.replace(plan, contents=[*plan.contents, self.other[size]])]
        return [dataclasses.replace(plan, contents=[self.other[size]], expects=("destination_exists", "destination"))]

    def two_to_one(self, handle):
        """Both publish, one after the other."""
        first = self.plan(handle + "-a", self.small(), ("as", "ad"), existing="overwrite")
        second = self.plan(handle + "-b", self.small(), ("as", "ad"), existing="overwrite")
        contents = first.contents + second.contents
        return [dataclasses.replace(plan, out=first.out, destination=first.destination, contents=contents)
                for plan in (first, second)]

    def small_disk_too(self, handle):
        """To the disk that the nemesis fills."""
        plan = self.plan(handle, self.draw.choice(SIZES[6:9]), ("as", "ad"))
        out = f"{self.small_disk}/{handle}"
        return [dataclasses.replace(plan, out=out, destination=self.urls["ad"] + out)]


KINDS = {
    "whole": (70, Planner.whole), "deep": (3, Planner.deep), "no_source": (4, Planner.no_source),
    "unreadable": (3, Planner.unreadable), "no_parent": (2, Planner.no_parent), "wrong": (3, Planner.wrong_checksum),
    "same": (3, Planner.same_there), "other": (5, Planner.other_there), "two": (2, Planner.two_to_one),
    "disk": (5, Planner.small_disk_too),
}


def checksum_of(algorithm, path):
    with open(path, "rb") as file:
        content = file.read()
    if algorithm == "ADLER32":
        return f"{zlib.adler32(content):08x}"
    return hashlib.new(algorithm.lower(), content).hexdigest()
