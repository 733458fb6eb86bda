"""Where a growing text may be cut so that each part can be spoken on its own.

Every decision looks at the text before a place and at a fixed little after it. So how the text
arrives, in letters or in pages, changes nothing but when the parts are known.
"""

from dataclasses import dataclass

_ENDS = frozenset(".!?…。！？")
_HAN_ENDS = frozenset("。！？…")
_SOFT = frozenset(",;:，、；：—")
_HAN_SOFT = frozenset("，、；：—")
_CLOSERS = frozenset("\"'”’)]）」』】》*_")
_OPENERS = {"(": ")", "[": "]", "（": "）", "【": "】"}
_NEVER_END = frozenset(
    (
        "dr mr mrs ms mx prof st mt sen rep gov gen col lt sgt capt rev hon vs e.g i.e cf fig no "
        "nos vol pp ph.d b.sc m.sc approx dept est u.s u.k u.n jan feb mar apr jun jul aug sep "
        "sept oct nov dec"
    ).split()
)
_MAY_END = frozenset("etc a.m p.m inc ltd co corp jr sr".split())
_JOINTS = frozenset(
    "and or but because so that which who when where while if unless although though before after "
    "with without for from into about than as".split()
)
_LONGEST_ASIDE = 160
_LONGEST = 400
_NO_CUT = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a clause may be, in words; a Chinese character counts half a word."""

    shortest: float
    """A sentence with fewer is joined to the next."""
    comma: float
    """From here on, a comma is enough."""
    joint: float
    """From here on, so is the place before a word like 'and'."""
    longest: float


FIRST = Pace(shortest=1, comma=2, joint=5, longest=9)
"""Short, so that the first sound comes soon."""
LATER = Pace(shortest=2, comma=10, joint=18, longest=32)


class _Open:
    """Brackets and stars left open; a clause does not end inside them, unless they never close."""

    def __init__(self) -> None:
        self._closer = ""
        self._since = 0

    def pass_over(self, text: str, i: int) -> None:
        char = text[i]
        if self._closer:
            if char == self._closer:
                self._closer = ""
        elif char in _OPENERS:
            self._closer, self._since = _OPENERS[char], i
        elif char == "*" and text[i + 1 : i + 2].strip() and text[i - 1 : i].strip("*( \n") == "":
            self._closer, self._since = "*", i

    def holds(self, i: int) -> bool:
        return bool(self._closer) and i - self._since < _LONGEST_ASIDE


def find_cut(text: str, pace: Pace, final: bool) -> int:
    """How much of *text* is the next clause; 0 when that cannot be known yet.

    *final* says that no more text will come.
    """
    open_ = _Open()
    words = 0.0
    for i, char in enumerate(text):
        if char == "\n":
            return i + 1
        if char in "*" and i + 1 == len(text) and not final:
            return _NO_CUT
        open_.pass_over(text, i)
        if _is_han(char):
            words += 0.5
        elif char.isalnum() and (i == 0 or not _in_word(text[i - 1])):
            words += 1
        if open_.holds(i):
            continue
        cut = _cut_at(text, i, words, pace, final)
        if cut is None:
            return _NO_CUT
        if cut:
            return cut
    return len(text) if final else _NO_CUT


def _cut_at(text: str, i: int, words: float, pace: Pace, final: bool) -> int | None:
    """The length of the clause if it ends at *i*, 0 if it does not, None if more must be seen."""
    char = text[i]
    if char in _ENDS:
        return _after_sentence(text, i, words, pace, final)
    if char in _SOFT and words >= pace.comma:
        return _after_soft(text, i, final)
    if char.isspace() and words >= pace.joint:
        return _before_joint(text, i, words, pace, final)
    if i + 1 >= _LONGEST or (_is_han(char) and words >= 2 * pace.longest):
        return i + 1
    return 0


def _after_sentence(text: str, i: int, words: float, pace: Pace, final: bool) -> int | None:
    end = i + 1
    while end < len(text) and (text[end] in _ENDS or text[end] in _CLOSERS):
        end += 1
    following = end
    while following < len(text) and text[following].isspace():
        following += 1
    if "\n" in text[end:following]:
        return 0  # the line's own end is the cut
    if following == len(text):
        return len(text) if final else None
    if words < pace.shortest:
        return 0
    gap = text[end].isspace()
    wide = text[i] in _HAN_ENDS or _is_han(text[following])
    if not gap and not wide:
        return 0
    if text[i] == "." and _goes_on(text, i, text[following]):
        return 0
    quoted = end > i + 1 and text[end - 1] in _CLOSERS
    if (quoted or text[i] == "…") and text[following].islower():
        return 0  # “Really?” she asked
    return end


def _goes_on(text: str, dot: int, following: str) -> bool:
    """Whether a full stop belongs to the word before it, or to a pause within a sentence."""
    if following.islower():
        return True
    start = dot
    while start > 0 and not text[start - 1].isspace() and text[start - 1] not in "(\"'“‘*":
        start -= 1
    word = text[start:dot].lower()
    if word in _NEVER_END or (len(word) == 1 and word.isalpha() and text[start].isupper()):
        return word != "i"
    if word.isdigit() and not text[:start].strip():
        return True
    return word in _MAY_END and not following.isupper()


def _after_soft(text: str, i: int, final: bool) -> int | None:
    end = i + 1
    while end < len(text) and text[end] in _CLOSERS:
        end += 1
    if end == len(text):
        return end if final else None
    return end if text[i] in _HAN_SOFT or text[end].isspace() else 0


def _before_joint(text: str, i: int, words: float, pace: Pace, final: bool) -> int | None:
    start = i + 1
    while start < len(text) and text[start].isspace():
        start += 1
    if "\n" in text[i:start]:
        return 0
    end = start
    while end < len(text) and text[end].isalpha():
        end += 1
    if end == len(text):
        return 0 if final else None
    word = text[start:end].lower()
    return i + 1 if word in _JOINTS or (word and words >= pace.longest) else 0


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff"


def _in_word(char: str) -> bool:
    return (char.isalnum() and not _is_han(char)) or char in "'’-_./@,:"
