"""Words for the search: one tokenizer for all databases, and the passages shown with a hit. PURE.

The databases' own tokenizers disagree: they drop short or common words, and none finds a Chinese
word in running text. So they are given tokens that leave them no choice: ASCII letters and digits
only, never shorter than three, never a word of any language. A token starts with its kind and
keeps the order of the word's letters, so that the start of a word is the start of its token.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise

from cms import text as plain_text

# MariaDB drops tokens of more than 84 letters; a longer word is found by its beginning.
LONGEST_PLAIN = 40  # letters of a word written in ASCII
LONGEST_ENCODED = 20  # letters of another word; each takes four
LONGEST_QUERY = 200  # characters
MOST_TERMS = 12  # of one query; more would cost time and find nothing
SHORTEST_PREFIX = 3  # letters; "a" as the beginning of a word is half of the dictionary
MOST_FOREIGN = 300  # letters outside ASCII in a text most of whose words are in it
LONGEST_SEARCHED = 100_000  # characters of a text in which a passage is looked for

PLAIN, ENCODED, RUNNING = "zw", "zu", "zc"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_WIDTH = 4  # digits of a letter outside ASCII

# Written without spaces between words: Thai, Lao, Tibetan, Burmese, Khmer, Chinese, Japanese; and
# Korean, whose words carry their endings with them.
_UNSPACED = (
    "\u0e00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029"
    "\u3040-\u30fa\u30fc-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f"
    "\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U000323af"
)
# Marks belong to the word that they stand in, though Python does not count them as letters.
_ACCENTS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\ufe20-\ufe2f"
)
_INVISIBLE = "\u00ad\u200c\u200d\u2060\ufe00-\ufe0f"
_VOWEL_SIGNS = (
    "\u0900-\u0963\u0966-\u0dff\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd"
    "\u0f18\u0f19\u0f35\u0f37\u0f39\u0f71-\u0f84\u0f86\u0f87\u0f8d-\u0fbc\u102b-\u103e"
    "\u1056-\u1059\u17b4-\u17d3\u3099\u309a"
)
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_WORD = re.compile(rf"[\w{_ACCENTS}{_INVISIBLE}{_VOWEL_SIGNS}]+")
_RUN = re.compile(rf"(?P<running>[{_UNSPACED}]+)|[^{_UNSPACED}]+")
_DROPPED = re.compile(rf"[{_ACCENTS}{_INVISIBLE}]+")
_QUOTES = re.compile('["“”„«»]')
# Letters that have no accent to remove and are typed without one all the same.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)


@dataclass(frozen=True)
class Term:
    """What a text must hold: a token, a token's beginning, or tokens that follow one another."""

    tokens: tuple[str, ...]
    prefix: bool = False


def tokens(text: str) -> list[str]:
    """Every token of a text, in order, as it is indexed."""
    return [token for word in _words(text) for run in _runs(word) for token in _indexed(run)]


def terms(query: str) -> tuple[Term, ...]:
    """What a query asks for; what stands between quotation marks is a phrase.

    The last word counts as a beginning, because it may not be typed to its end yet.
    """
    segments = _QUOTES.split(query[:LONGEST_QUERY])
    found: dict[Term, None] = {}
    for number, segment in enumerate(segments):
        # A mark without its partner opens nothing.
        quoted = number % 2 == 1 and number < len(segments) - 1
        last = number == len(segments) - 1
        found.update(dict.fromkeys(_phrase(segment) if quoted else _loose(segment, last=last)))
    return tuple(found)[:MOST_TERMS]


def snippet(text: str, query: str, *, length: int = 200) -> list[tuple[str, bool]]:
    """The passage of a text that holds most of a query, in pieces: (plain text, is it a match)."""
    text = " ".join(text[:LONGEST_SEARCHED].split())
    marks = _marks(text, terms(query))
    start, end = _window(text, marks, length)
    pieces: list[tuple[str, bool]] = [("… ", False)] if start > 0 else []
    at = start
    for mark_start, mark_end in marks:
        if mark_start < start or mark_start >= end:
            continue
        if mark_start > at:
            pieces.append((text[at:mark_start], False))
        pieces.append((text[mark_start : min(mark_end, end)], True))
        at = min(mark_end, end)
    if at < end:
        pieces.append((text[at:end], False))
    if end < len(text):
        pieces.append((" …", False))
    return pieces


def fold(word: str) -> str:
    """A word without the differences that a reader overlooks: case, accents, width, ligatures."""
    return word.lower() if word.isascii() else _fold(word)


@lru_cache(maxsize=20_000)
def _fold(word: str) -> str:
    plain = plain_text.normalise(word, "NFKC").casefold().translate(_LETTERS)
    bare = _DROPPED.sub("", plain_text.normalise(plain, "NFD"))
    return plain_text.normalise(bare, "NFKC")


# --- tokens -----------------------------------------------------------------------------------


def _words(text: str) -> Iterator[str]:
    for word in _WORD.findall(text.replace("_", " ")):
        folded = fold(word)
        if word.isascii():
            yield folded
        else:
            # Folding may part a word: "½" becomes "1⁄2".
            yield from _WORD.findall(folded.replace("_", " "))


def _runs(word: str) -> list[tuple[str, bool]]:
    """A word in pieces of one kind of writing: (letters, are they written without spaces)."""
    if word.isascii():
        return [(word, False)]
    return [(run[0], run["running"] is not None) for run in _RUN.finditer(word)]


def _indexed(run: tuple[str, bool]) -> list[str]:
    letters, running = run
    if not running:
        return [_token(letters)]
    # The last letter also stands alone: so each letter starts a token, and one is enough to find.
    return [*_pairs(letters), RUNNING + _encode(letters[-1])]


def _token(letters: str) -> str:
    if letters.isascii():
        return PLAIN + letters[:LONGEST_PLAIN]
    return ENCODED + _encode(letters[:LONGEST_ENCODED])


def _pairs(letters: str) -> list[str]:
    return [RUNNING + _encode(first + second) for first, second in pairwise(letters)]


def _encode(letters: str) -> str:
    return "".join(map(_encode_letter, letters))


@lru_cache(maxsize=20_000)
def _encode_letter(letter: str) -> str:
    number, digits = ord(letter), ""
    for _ in range(_WIDTH):
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits


# --- queries ----------------------------------------------------------------------------------


def _loose(segment: str, *, last: bool) -> list[Term]:
    runs = [run for word in _words(segment) for run in _runs(word)]
    found: list[Term] = []
    for number, (letters, running) in enumerate(runs):
        if not running:
            is_beginning = last and number == len(runs) - 1 and len(letters) >= SHORTEST_PREFIX
            found.append(Term((_token(letters),), prefix=is_beginning))
        elif len(letters) == 1:
            found.append(Term((RUNNING + _encode(letters),), prefix=True))
        else:
            found += [Term((pair,)) for pair in _pairs(letters)]
    return found


def _phrase(segment: str) -> list[Term]:
    runs = [run for word in _words(segment) for run in _runs(word)]
    if not runs:
        return []
    sequence = [token for run in runs for token in _indexed(run)]
    letters, running = runs[-1]
    if not running:
        return [Term(tuple(sequence))]
    # The text may go on where the phrase ends, so the letter that ends it need not stand alone.
    rest, single = sequence[:-1], Term((sequence[-1],), prefix=True)
    if len(letters) > 1:
        return [Term(tuple(rest))]
    return [Term(tuple(rest)), single] if rest else [single]


# --- passages ---------------------------------------------------------------------------------


def _marks(text: str, wanted: tuple[Term, ...]) -> list[tuple[int, int]]:
    exact = {token for term in wanted for token in term.tokens}
    beginnings = tuple(term.tokens[0] for term in wanted if term.prefix)
    marks: list[tuple[int, int]] = []
    if not wanted:
        return marks
    letters = {token.removeprefix(PLAIN) for token in exact | {*beginnings} if token[:2] == PLAIN}
    for match in _candidates(text.replace("_", " "), letters):
        word = match[0]
        found: Iterable[tuple[int, int]]
        if word.isascii():
            # Such a word is one token of its own length.
            token = _token(word.lower())
            wanted_here = token in exact or (beginnings and token.startswith(beginnings))
            found = [(0, len(word))] if wanted_here else []
        else:
            found = _marks_in_word(word, exact, beginnings)
        for start, end in found:
            start, end = start + match.start(), end + match.start()
            if marks and marks[-1][1] >= start:
                marks[-1] = (marks[-1][0], max(end, marks[-1][1]))
            else:
                marks.append((start, end))
    return marks


def _candidates(text: str, letters: set[str]) -> Iterator[re.Match[str]]:
    """The words of a text, in order, that may match: most need not be looked at one by one.

    A word in ASCII matches only where it begins with letters that are asked for.
    """
    lower = text.lower()
    foreign = [match.start() for match in islice(_FOREIGN.finditer(text), MOST_FOREIGN + 1)]
    if len(lower) != len(text) or len(foreign) > MOST_FOREIGN:
        yield from _WORD.finditer(text)
        return
    starts = {_start_of_word(text, at) for at in foreign if _WORD.match(text, at)}
    for begun in letters:
        at = lower.find(begun)
        while at >= 0:
            if at == 0 or not _WORD.match(text, at - 1):
                starts.add(at)
            at = lower.find(begun, at + 1)
    for start in sorted(starts):
        if found := _WORD.match(text, start):
            yield found


def _start_of_word(text: str, at: int) -> int:
    while at > 0 and _WORD.match(text, at - 1):
        at -= 1
    return at


def _marks_in_word(
    word: str, exact: set[str], beginnings: tuple[str, ...]
) -> Iterator[tuple[int, int]]:
    folded = fold(word)
    same_length = len(folded) == len(word)
    at = 0
    for part in _WORD.findall(folded.replace("_", " ")):
        for letters, running in _runs(part):
            found = _marks_in_run(letters, running, exact, beginnings)
            if same_length:
                yield from ((at + start, at + end) for start, end in found)
            elif any(found):
                # Which letters became which is not known, so the whole word is marked.
                yield 0, len(word)
                return
            at += len(letters)


def _marks_in_run(
    letters: str, running: bool, exact: set[str], beginnings: tuple[str, ...]
) -> Iterator[tuple[int, int]]:
    if not running:
        token = _token(letters)
        if token in exact or (beginnings and token.startswith(beginnings)):
            yield 0, len(letters)
        return
    for number in range(len(letters)):
        if RUNNING + _encode(letters[number : number + 2]) in exact:
            yield number, min(number + 2, len(letters))
        elif RUNNING + _encode(letters[number]) in beginnings:
            yield number, number + 1


def _window(text: str, marks: list[tuple[int, int]], length: int) -> tuple[int, int]:
    if len(text) <= length:
        return 0, len(text)
    if not marks:
        return 0, _word_end(text, length)
    lead = length // 4
    words = [text[start:end].casefold() for start, end in marks]
    most, best, best_start = len(set(words)), 0, marks[0][0]
    for number, (start, _) in enumerate(marks):
        inside = zip(marks[number : number + 20], words[number : number + 20], strict=True)
        kinds = {word for (_, end), word in inside if end <= start + length - lead}
        if len(kinds) > best:
            best, best_start = len(kinds), start
        if best == most:
            break
    start = min(best_start - lead, len(text) - length)
    start = 0 if start <= 0 else _word_start(text, start, best_start)
    return start, _word_end(text, start + length)


def _word_start(text: str, at: int, latest: int) -> int:
    space = text.find(" ", at, max(at, latest))
    return at if space < 0 else space + 1


def _word_end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", at - 30, at + 1)
    return at if space < 0 else space
