"""`make bench`: every figure comes from one run on one machine, so only the ratios count.

Sites of 1,000 and 10,000 posts are made once in `instance/bench/` and used again. There is no page
cache in the way. BENCH_SIZES, BENCH_ROUNDS and BENCH_SECONDS change how much is measured.
"""

import os
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from bench import floor, load, queries, stack

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

# (page, at least this share of the bare Flask page)
AIMS = {"home": 0.4, "post": 0.5, "tag": 0.4}
MOST_QUERIES = {"home": 8, "post": 6, "tag": 8}
SLOWEST_GROWTH = {"search": 3.0}
USUAL_GROWTH = 1.3

Runs = dict[tuple[str, str], load.Answered]


@dataclass
class Measured:
    """One size of site."""

    size: int
    runs: Runs
    queries: dict[str, int]
    calls: dict[str, int]
    floor_calls: int
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
    print(f"Asking with {load.tool()}, {load.CONNECTIONS} connections,", end=" ")
    print(f"{ROUNDS} rounds of {SECONDS} s each, medians.", flush=True)
    found = [measure(size) for size in SIZES]
    for one in found:
        show(one)
    return compare(found)


def measure(size: int) -> Measured:
    """Make the site if need be and measure it beside the floor and nginx."""
    print(f"\nPreparing {size} posts ...", file=sys.stderr, flush=True)
    environment = stack.prepare(stack.ROOT / "instance" / "bench" / str(size), size)
    starts = [stack.cold_start(environment) for _ in range(STARTS)]
    with (
        tempfile.TemporaryDirectory(prefix="carafe-bench-") as folder,
        stack.carafe(environment) as (address, process),
    ):
        answers = {name: stack.fetch(address + path) for name, path in PAGES.items()}
        floor_file = f"{folder}/floor.sqlite3"
        floor.fill(floor_file, answers)
        with stack.floor(floor_file) as bare, stack.nginx(Path(folder), answers) as files:
            targets = {("carafe", name): address + path for name, path in PAGES.items()}
            targets |= {("floor", name): f"{bare}/{name}/" for name in PAGES}
            if files:
                targets |= {("nginx", name): f"{files}/{name}" for name in PAGES}
            runs = _ask_all(targets)
        used = stack.memory(process)
        floor_calls = queries.count_calls(floor.make_app(floor_file), "/post/")
    counted = queries.count(environment, PAGES)
    return Measured(
        size,
        runs,
        {name: count for name, (count, _calls) in counted.items()},
        {name: calls for name, (_count, calls) in counted.items()},
        floor_calls,
        {name: len(text.encode()) / 1000 for name, (_kind, text) in answers.items()},
        used,
        statistics.median(starts),
    )


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
    print("| page | KB | requests/s | p99 ms | of bare Flask | of nginx | queries | calls |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for page in PAGES:
        run = one.runs["carafe", page]
        shares = [one.share(page, of) for of in ("floor", "nginx")]
        shown = " | ".join("-" if share is None else f"{share:.3f}" for share in shares)
        print(
            f"| {page} | {one.kilobytes[page]:.1f} | {run.rate:.0f} | {run.p99:.1f} | {shown} "
            f"| {one.queries[page]} | {one.calls[page]} |"
        )
    bare = ", ".join(f"{page} {one.runs['floor', page].rate:.0f}" for page in PAGES)
    print(f"\nBare Flask: {bare} requests/s, {one.floor_calls} calls.")
    print(f"Memory {one.memory} MiB, ", end="")
    print(f"cold start {one.cold_start:.2f} s, failed requests {one.failures}.")


def compare(found: list[Measured]) -> int:
    """Say which aims were missed; how many."""
    missed: list[str] = []
    for one in found:
        for page, least in AIMS.items():
            share = one.share(page, "floor") or 0
            if share < least:
                missed.append(f"{page} at {one.size}: {share:.2f} of bare Flask, aim {least}")
        for page, most in MOST_QUERIES.items():
            if one.queries[page] > most:
                missed.append(f"{page} at {one.size}: {one.queries[page]} queries, aim {most}")
    for page in PAGES if len(found) > 1 else ():
        growth = found[0].runs["carafe", page].rate / found[-1].runs["carafe", page].rate
        if growth > SLOWEST_GROWTH.get(page, USUAL_GROWTH):
            missed.append(f"{page}: {growth:.2f} times slower at {found[-1].size}")
    print("\n" + ("Missed:\n- " + "\n- ".join(missed) if missed else "Every aim was reached."))
    return 0


if __name__ == "__main__":
    sys.exit(main())
