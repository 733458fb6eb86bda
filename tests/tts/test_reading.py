import pytest

from avatar_serving.media import AudioChunk, Speech, Word
from avatar_serving.stages.tts.captions import as_written
from avatar_serving.stages.tts.chinese import chinese_reader, symbols_of
from avatar_serving.stages.tts.english import english_reader
from avatar_serving.stages.tts.reading import Reading, portions


def test_english_words_keep_their_punctuation() -> None:
    readings = english_reader().read("Hello there, Dr. Smith!")
    assert [r.text for r in readings] == ["Hello", "there,", "Dr.", "Smith!"]
    assert "".join(r.symbols for r in readings) == "həlˈO ðˈɛɹ, dˈɑktəɹ smˈɪθ!"


@pytest.mark.parametrize(
    ("syllable", "symbols"),
    [
        ("ma1", "ma→"), ("zhong1", "ꭧʊ→ŋ"), ("shi4", "ʂɨ↘"), ("zi5", "ʦɨ"), ("lü4", "ly↘"),
        ("yuan2", "ɥɛ↗n"), ("you3", "jou↓"), ("er4", "ɚ↘"), ("qu4", "ʨʰy↘"), ("wen4", "wə↘n"),
        ("bo1", "pwo→"), ("n2", "n↗"),
    ],
)  # fmt: skip
def test_pinyin(syllable: str, symbols: str) -> None:
    assert symbols_of(syllable) == symbols


def test_mandarin_words_are_read_whole() -> None:
    readings = chinese_reader().read("银行，你好，音乐！")
    assert [r.text for r in readings] == ["银行，", "你好，", "音乐！"]
    assert "".join(r.symbols for r in readings) == "i↗nxa↗ŋ, ni↓xau↓, i→nɥe↘! "


def test_foreign_words_are_read_as_english() -> None:
    readings = chinese_reader().read("我喜欢Python。")
    assert [r.text for r in readings] == ["我", "喜欢", "Python。"]
    assert readings[-1].symbols == "pˈIθˌɑn. "


def test_portions_end_at_a_pause() -> None:
    readings = [Reading(w, w + " ") for w in "one two, three four, five six seven".split()]
    parts = list(portions(readings, 24))
    assert [" ".join(r.text for r in part) for part in parts] == [
        "one two, three four,",
        "five six seven",
    ]
    assert all(sum(len(r.symbols) for r in part) <= 24 for part in parts)


def test_portions_of_one_endless_word() -> None:
    parts = list(portions([Reading("a", "a" * 50)], 20))
    assert ["".join(r.symbols for r in part) for part in parts] == ["a" * 20, "a" * 20, "a" * 10]
    assert [r.text for part in parts for r in part] == ["a", "", ""]


@pytest.mark.parametrize(
    ("written", "said", "expected"),
    [
        ("I paid $5 now.", "I paid five dollars now.", "I paid $5 now."),
        ("3 km", "three kilometers", "3 km"),
        ("Hi! *** you", "Hi! you", "Hi! you"),
        ("我有2个", "我 有 两个", "我 有 2 个"),
        ("a b", "", ""),
    ],
)
def test_captions(written: str, said: str, expected: str) -> None:
    words = tuple(Word(text, float(i), i + 1.0) for i, text in enumerate(said.split()))
    found = as_written(written, Speech(AudioChunk(b"", 24_000), (), words)).words
    assert [word.text for word in found] == expected.split()
    assert all(a.end_s <= b.start_s for a, b in zip(found, found[1:], strict=False))
    if words:
        assert (found[0].start_s, found[-1].end_s) == (0.0, float(len(words)))
