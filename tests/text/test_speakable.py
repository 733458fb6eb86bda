import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_serving.text.english_numbers import number as english_number
from avatar_serving.text.english_numbers import ordinal, year
from avatar_serving.text.languages import Language, language_of
from avatar_serving.text.mandarin_numbers import read_number
from avatar_serving.text.speakable import speakable
from tests.text.readings import ENGLISH, MANDARIN


@pytest.mark.parametrize(("text", "said"), ENGLISH)
def test_english(text: str, said: str) -> None:
    assert speakable(text, "en") == said


@pytest.mark.parametrize(("text", "said"), MANDARIN)
def test_mandarin(text: str, said: str) -> None:
    assert speakable(text, "zh") == said


def test_there_are_many_cases() -> None:
    assert min(len(ENGLISH), len(MANDARIN)) >= 60


@given(
    st.text(alphabet="0123456789 .,:-/%$°+kmpa年月个点度元", max_size=40),
    st.sampled_from(["en", "zh"]),
)
def test_no_digit_is_left_to_chance(text: str, language: Language) -> None:
    assert not re.search(r"[0-9]", speakable(text, language))


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("0", "zero"), ("13", "thirteen"), ("40", "forty"), ("99", "ninety-nine"),
        ("100", "one hundred"), ("105", "one hundred five"), ("1,000", "one thousand"),
        ("1001", "one thousand one"), ("21012", "twenty-one thousand twelve"),
        ("3,000,000", "three million"), ("0.50", "zero point five zero"), (".5", "zero point five"),
        ("007", "zero zero seven"),
    ],
)  # fmt: skip
def test_numbers_in_english(number: str, said: str) -> None:
    assert english_number(number) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(1, "first"), (12, "twelfth"), (20, "twentieth"), (23, "twenty-third"),
     (100, "one hundredth"), (1009, "one thousand ninth")],
)  # fmt: skip
def test_ordinals(value: int, said: str) -> None:
    assert ordinal(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(1905, "nineteen oh five"), (1800, "eighteen hundred"), (2000, "two thousand"),
     (2009, "two thousand nine"), (2026, "twenty twenty-six")],
)  # fmt: skip
def test_years(value: int, said: str) -> None:
    assert year(value) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("0", "零"), ("10", "十"), ("11", "十一"), ("20", "二十"), ("105", "一百零五"),
        ("110", "一百一十"), ("200", "两百"), ("1005", "一千零五"), ("2000", "两千"),
        ("10005", "一万零五"), ("20000", "两万"), ("100000", "十万"), ("120000000", "一亿二千万"),
        ("100000001", "一亿零一"), ("007", "零零七"), ("2.50", "二点五零"),
    ],
)  # fmt: skip
def test_numbers_in_mandarin(number: str, said: str) -> None:
    assert read_number(number) == said


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello", "en"), ("你好", "zh"), ("我喜欢 Python", "zh"),
        ("The word 你好 means hello", "en"), ("", "en"), ("123", "en"),
    ],
)  # fmt: skip
def test_language(text: str, language: Language) -> None:
    assert language_of(text) == language
