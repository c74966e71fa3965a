"""`make bench`: every figure comes from one run on one machine, so only the ratios count.

Sites of 1,000 and 10,000 posts are made once in `instance/bench/` and used again. There is no page
cache in the way. Three things stand beside each page: the *bare page* (bench/bare.py: plain Flask,
one SELECT for the rows, a Jinja layout that writes as many bytes), *one string* (bench/floor.py: a
finished page from one row, through a template of eight lines) and nginx with the bytes in a file.
The aims are held against the bare page. BENCH_SIZES, BENCH_ROUNDS and BENCH_SECONDS change how much
is measured.
"""

import os
import statistics
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench import bare, bare_content, floor, load, queries, stack

PAGES = {
    "home": "/",
    "post": "/synthetic/7/",
    "tag": "/tag/harbour/",
    "feed": "/feed.xml",
    "search": "/search?q=harbour",
}
SIZES = [int(size) for size in os.environ.get("BENCH_SIZES", "1000,10000").split(",")]
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "3"))
STARTS = 3

# (page, at least this share of the bare page)
AIMS = {"home": 0.4, "post": 0.5, "tag": 0.4}
MOST_QUERIES = {"home": 8, "post": 6, "tag": 8}
SLOWEST_GROWTH = {"search": 3.0}
USUAL_GROWTH = 1.3
MOST_MEMORY, LONGEST_START = 130, 0.8  # MiB, seconds
SAME_SIZE = 0.15  # how much the bare page may be larger or smaller than ours

# Who is asked, and what a share of its rate is called in the tables.
OTHERS = {"bare": "of bare page", "string": "of one string", "nginx": "of nginx"}

Runs = dict[tuple[str, str], load.Answered]


@dataclass
class Measured:
    """One size of site."""

    size: int
    runs: Runs
    queries: dict[str, int]
    calls: dict[str, int]
    bare_calls: dict[str, int]
    kilobytes: dict[str, float]
    memory: int
    cold_start: float
    failures: int = field(init=False)

    def __post_init__(self) -> None:
        self.failures = sum(run.failures for run in self.runs.values())

    def share(self, page: str, of: str) -> float | None:
        """How fast Carafe's page is beside another's."""
        other = self.runs.get((of, page))
        return self.runs["carafe", page].rate / other.rate if other else None


def main() -> int:
    """Measure every size and print the tables."""
    print(f"The machine's load: {os.getloadavg()[0]:.1f}.", end=" ")
    print(f"Asking with {load.tool()}, {load.CONNECTIONS} connections,", end=" ")
    print(f"{ROUNDS} rounds of {SECONDS} s each, medians.", flush=True)
    found = [measure(size) for size in SIZES]
    for one in found:
        show(one)
    return compare(found)


def measure(size: int) -> Measured:
    """Make the site if need be and measure it beside the bare page, the one string and nginx."""
    print(f"\nPreparing {size} posts ...", file=sys.stderr, flush=True)
    site = stack.ROOT / "instance" / "bench" / str(size)
    environment = stack.prepare(site, size)
    starts = [stack.cold_start(environment) for _ in range(STARTS)]
    with (
        tempfile.TemporaryDirectory(prefix="carafe-bench-") as folder,
        stack.carafe(environment) as (address, process),
    ):
        answers = {name: stack.fetch(address + path) for name, path in PAGES.items()}
        strings, blog = f"{folder}/floor.sqlite3", f"{folder}/bare.sqlite3"
        floor.fill(strings, answers)
        bare_content.fill(blog, site / "carafe.sqlite3")
        with (
            stack.flask("bench.floor:app", {"BENCH_FLOOR": strings}, "/home/") as string,
            stack.flask("bench.bare:app", {"BENCH_BARE": blog}, "/") as bare_address,
            stack.nginx(Path(folder), answers) as files,
        ):
            targets = {("carafe", name): address + path for name, path in PAGES.items()}
            targets |= {
                ("bare", name): bare_address + path for name, path in bare.addresses(PAGES).items()
            }
            _ensure_same_size(answers, targets)
            targets |= {("string", name): f"{string}/{name}/" for name in PAGES}
            if files:
                targets |= {("nginx", name): f"{files}/{name}" for name in PAGES}
            runs = _ask_all(targets)
        used = stack.memory(process)
        plain = bare.make_app(blog)
        bare_calls = {
            name: queries.count_calls(plain, path) for name, path in bare.addresses(PAGES).items()
        }
    counted = queries.count(environment, PAGES)
    return Measured(
        size,
        runs,
        {name: count for name, (count, _calls) in counted.items()},
        {name: calls for name, (_count, calls) in counted.items()},
        bare_calls,
        {name: len(text.encode()) / 1000 for name, (_kind, text) in answers.items()},
        used,
        statistics.median(starts),
    )


def _ensure_same_size(
    answers: Mapping[str, tuple[str, str]], targets: Mapping[tuple[str, str], str]
) -> None:
    """Raises RuntimeError where the bare page is not of our page's size, so not comparable."""
    for name, (_kind, ours) in answers.items():
        _kind, theirs = stack.fetch(targets["bare", name])
        share = len(theirs.encode()) / len(ours.encode())
        if abs(share - 1) > SAME_SIZE:
            raise RuntimeError(f"the bare {name} has {share:.2f} of the bytes of ours")


def _ask_all(targets: dict[tuple[str, str], str]) -> Runs:
    """Round after round over all targets, so that a busy moment hits everyone."""
    rounds: dict[tuple[str, str], list[load.Answered]] = {target: [] for target in targets}
    for url in targets.values():
        load.ask(url, 1)
    for _ in range(ROUNDS):
        for target, url in targets.items():
            rounds[target].append(load.ask(url, SECONDS))
    return {target: load.median(runs) for target, runs in rounds.items()}


def show(one: Measured) -> None:
    """The table of one size."""
    print(f"\n## {one.size} posts\n")
    print(f"| page | KB | requests/s | p99 ms | {' | '.join(OTHERS.values())} | queries | calls |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for page in PAGES:
        run = one.runs["carafe", page]
        shares = [one.share(page, of) for of in OTHERS]
        shown = " | ".join("-" if share is None else f"{share:.3f}" for share in shares)
        print(
            f"| {page} | {one.kilobytes[page]:.1f} | {run.rate:.0f} | {run.p99:.1f} | {shown} "
            f"| {one.queries[page]} | {one.calls[page]} |"
        )
    print()
    for of, name in (("bare", "Bare page"), ("string", "One string")):
        rates = ", ".join(f"{page} {one.runs[of, page].rate:.0f}" for page in PAGES)
        print(f"{name}: {rates} requests/s.")
    calls = ", ".join(f"{page} {number}" for page, number in one.bare_calls.items())
    print(f"Calls of the bare page: {calls}.")
    print(f"Memory {one.memory} MiB, ", end="")
    print(f"cold start {one.cold_start:.2f} s, failed requests {one.failures}.")


def compare(found: list[Measured]) -> int:
    """Say which aims were missed; how many."""
    missed: list[str] = []
    for one in found:
        for page, least in AIMS.items():
            share = one.share(page, "bare") or 0
            if share < least:
                missed.append(f"{page} at {one.size}: {share:.2f} of the bare page, aim {least}")
        for page, most in MOST_QUERIES.items():
            if one.queries[page] > most:
                missed.append(f"{page} at {one.size}: {one.queries[page]} queries, aim {most}")
        if one.memory > MOST_MEMORY:
            missed.append(f"memory at {one.size}: {one.memory} MiB, aim {MOST_MEMORY}")
        if one.cold_start > LONGEST_START:
            missed.append(f"start at {one.size}: {one.cold_start:.2f} s, aim {LONGEST_START}")
    for page in PAGES if len(found) > 1 else ():
        growth = found[0].runs["carafe", page].rate / found[-1].runs["carafe", page].rate
        if growth > SLOWEST_GROWTH.get(page, USUAL_GROWTH):
            missed.append(f"{page}: {growth:.2f} times slower at {found[-1].size}")
    print("\n" + ("Missed:\n- " + "\n- ".join(missed) if missed else "Every aim was reached."))
    return 0


if __name__ == "__main__":
    sys.exit(main())
