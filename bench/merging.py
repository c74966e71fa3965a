"""Times the merge and the diff of long texts: `python -m bench.merging`.

Two people change every hundredth word of 10,000, in one paragraph, in 125 paragraphs, and with
equal words all over; the fastest of five runs counts.
"""

import random
import re
import time
from collections.abc import Callable
from functools import partial

from cms.merging.diff import diff_text
from cms.merging.merge import merge_text

WORDS = 10_000
RUNS = 5


def texts(paragraph: int) -> tuple[str, str, str]:
    """A text of paragraphs with so many words, and what two people made of it."""
    chosen = random.Random(7)
    words = [f"word{number}" for number in range(800)] + ["the", "a", "of"] * 150
    base = "\n\n".join(
        " ".join(chosen.choice(words) for _ in range(paragraph)) + "."
        for _ in range(WORDS // paragraph)
    )
    return base, re.sub(r"word7\b", "seven", base), re.sub(r"word9\b", "nine", base)


def fastest(act: Callable[[], object]) -> float:
    """The shortest of some runs, in milliseconds."""
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        act()
        times.append(time.perf_counter() - started)
    return min(times) * 1000


def main() -> None:
    """Print a table."""
    print("| 10,000 words in paragraphs of | merge ms | diff ms | questions |")
    print("| ---: | ---: | ---: | ---: |")
    for paragraph in (80, 1_000, WORDS):
        base, mine, theirs = texts(paragraph)
        merged = fastest(partial(merge_text, base, mine, theirs))
        compared = fastest(partial(diff_text, base, mine))
        asked = len(merge_text(base, mine, theirs).collisions)
        print(f"| {paragraph:,} | {merged:.0f} | {compared:.0f} | {asked} |")


if __name__ == "__main__":
    main()
