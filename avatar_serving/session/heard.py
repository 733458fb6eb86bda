"""Which part of an answer's text a user has heard."""

import re
from collections.abc import Sequence

from avatar_serving.media import Spoken, Word

_STRAY = 16
"""How many characters of a text may lie between two words, beside those that could not be found."""
_CLOSING = ".,!?;:…%)]}\"'”’»。，！？；：、）》」』"


_WORDS = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]|[^\s\u3040-\u30ff\u4e00-\u9fff]+")


def timed_words(stretch: Spoken) -> tuple[Word, ...]:
    """When each word of *stretch* is said, from its first sample.

    Where the engine does not tell, its text is spread over its sound by the length of its words.
    """
    if stretch.speech.words or stretch.goes_on:
        return stretch.speech.words
    texts = _WORDS.findall(stretch.text)
    share_s = stretch.speech.audio.seconds / max(1, sum(len(text) for text in texts))
    words, at_s = list[Word](), 0.0
    for text in texts:
        words.append(Word(text, at_s, at_s + len(text) * share_s))
        at_s = words[-1].end_s
    return tuple(words)


def heard_text(words: Sequence[Word], text: str, heard_ms: float) -> str:
    """The beginning of *text* that was heard: up to the last word whose middle was.

    Words are looked up in the text in their order, so that its own spelling and punctuation are
    kept. A word that is written otherwise than it was said counts once the next one is found.
    """
    end, lost = 0, 0
    for word in words:
        if (word.start_s + word.end_s) / 2 * 1000 > heard_ms:
            return _closed(text, end)
        reach = end + len(word.text) + _STRAY + 2 * lost
        found = text.find(word.text, end, reach)
        if found < 0:
            lost += len(word.text) + 1
        else:
            end, lost = found + len(word.text), 0
    return text.strip() if words else ""


def _closed(text: str, end: int) -> str:
    """The first *end* characters with the punctuation that belongs to the last word."""
    while 0 < end < len(text) and text[end] in _CLOSING:
        end += 1
    return text[:end].strip()
