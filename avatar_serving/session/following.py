"""In which language to answer: the user's, without being led astray by a single word."""

import re
from collections.abc import Sequence

from avatar_serving.text.languages import HAN, language_of

_LETTERS = re.compile(rf"[A-Za-z\u00c0-\u024f{HAN}]")
_WORDS = {"en": re.compile(r"[A-Za-z\u00c0-\u024f']+"), "zh": re.compile(f"[{HAN}]")}
_CLEAR = {"en": 3, "zh": 2}
"""So many words (in Chinese characters) of another language are no loan word."""
_DOUBTS = 2
"""So many short utterances in a row in the other language are a change too."""


def answer_language(said: Sequence[str], first: str = "en") -> str:
    """The language of the next answer, from all that the user *said*, oldest first.

    "OK" or "bye-bye" in a Chinese talk does not make it English; a sentence does at once.
    """
    current, doubts, began = first, 0, False
    for text in said:
        if not _LETTERS.search(text):
            continue
        heard = language_of(text)
        doubts = 0 if heard == current else doubts + 1
        clear = len(_WORDS[heard].findall(text)) >= _CLEAR[heard]
        if heard != current and (clear or doubts >= _DOUBTS or not began):
            current, doubts = heard, 0
        began = True
    return current
