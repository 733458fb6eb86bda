"""Mandarin words to sounds, in the notation that Kokoro was trained on."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from avatar_serving.stages.tts.english import english_reader
from avatar_serving.stages.tts.reading import Reading
from avatar_serving.text.languages import HAN
from avatar_serving.weights.environment import read_environment

_INITIALS = {
    "b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n", "l": "l", "g": "k",
    "k": "kʰ", "h": "x", "j": "ʨ", "q": "ʨʰ", "x": "ɕ", "zh": "ꭧ", "ch": "ꭧʰ", "sh": "ʂ", "r": "ɻ",
    "z": "ʦ", "c": "ʦʰ", "s": "s", "": "",
}  # fmt: skip
_FINALS = {
    "a": "a0", "ai": "ai0", "an": "a0n", "ang": "a0ŋ", "ao": "au0", "e": "ɤ0", "ei": "ei0",
    "en": "ə0n", "eng": "ə0ŋ", "er": "ɚ0", "i": "i0", "ia": "ja0", "ian": "jɛ0n", "iang": "ja0ŋ",
    "iao": "jau0", "ie": "je0", "in": "i0n", "iou": "jou0", "ing": "i0ŋ", "iong": "jʊ0ŋ",
    "io": "jɔ0", "ong": "ʊ0ŋ", "ou": "ou0", "u": "u0", "uei": "wei0", "ua": "wa0", "uai": "wai0",
    "uan": "wa0n", "uen": "wə0n", "uang": "wa0ŋ", "ueng": "wə0ŋ", "uo": "wo0", "o": "wo0",
    "ü": "y0", "üe": "ɥe0", "üan": "ɥɛ0n", "ün": "y0n", "ê": "ɛ0",
}  # fmt: skip
"""0 stands where the tone goes."""
_BUZZED = "ɨ0"
"""The i of zi, ci, si, zhi, chi, shi, ri."""
_WHOLE = {"o": "ɔ0", "m": "m0", "n": "n0", "ng": "ŋ0", "hm": "hm0", "hng": "hŋ0"}
"""Interjections without a proper final."""
_TONES = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}
_PUNCTUATION = str.maketrans(
    "、，。．！？：；（）《》「」『』【】«»·～", ",,..!?:;()“”“”“”“”“” —", "‘’"
)
_PIECES = re.compile(f"([{HAN}]+)|([A-Za-z][A-Za-z0-9 '.-]*)|([^{HAN}A-Za-z]+)")


class ChineseReader:
    def __init__(self) -> None:
        import logging

        import jieba

        jieba.setLogLevel(logging.WARNING)
        words: Any = jieba.Tokenizer()
        # Its cache is unmarshalled, so it must not lie where others can write.
        words.tmp_dir = str(_private_folder())
        words.initialize()
        self._words = words.lcut

    def read(self, text: str) -> list[Reading]:
        """*text* must be speakable. Foreign words are read as English."""
        readings: list[Reading] = []
        for han, latin, signs in _PIECES.findall(text):
            if han:
                readings += [Reading(word, _word(word) + " ") for word in self._words(han)]
            elif latin:
                readings += _spaced(english_reader().read(latin))
            elif readings:
                readings[-1] = _followed(readings[-1], signs)
        return [reading for reading in readings if reading.symbols.strip()]


@cache
def chinese_reader() -> ChineseReader:
    return ChineseReader()


def _private_folder() -> Path:
    folder = read_environment().cache
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _spaced(readings: list[Reading]) -> list[Reading]:
    return [Reading(r.text, r.symbols.rstrip() + " ") for r in readings]


def _followed(reading: Reading, signs: str) -> Reading:
    sounds = signs.translate(_PUNCTUATION).strip()
    if not sounds:
        return reading
    return Reading(reading.text + signs.strip(), f"{reading.symbols.rstrip()}{sounds} ")


def _word(word: str) -> str:
    from pypinyin import Style, lazy_pinyin

    syllables = lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True, errors="ignore")
    return "".join(symbols_of(syllable) for syllable in syllables)


def symbols_of(syllable: str) -> str:
    """A syllable of pinyin with its tone's number: 'zhong1' is 'ꭧʊ→ŋ'."""
    from pypinyin.contrib.tone_convert import to_finals, to_initials, to_normal

    tone = _TONES.get(syllable[-1:], "")
    bare = to_normal(syllable)
    if bare in _WHOLE:
        return _WHOLE[bare].replace("0", tone)
    initial = to_initials(bare, strict=True)
    final = to_finals(bare, strict=True, v_to_u=True)
    buzzed = final == "i" and initial in {"zh", "ch", "sh", "r", "z", "c", "s"}
    sound = _BUZZED if buzzed else _FINALS.get(final, "")
    return (_INITIALS.get(initial, "") + sound).replace("0", tone)
