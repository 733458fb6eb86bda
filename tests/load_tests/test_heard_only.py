"""Whether what a conversation keeps is what was heard, judged from outside."""

import pytest

from avatar_serving.client.messages import TimedWord
from load_tests.heard_only import agrees

WORDS = [
    TimedWord(text=text, start_ms=i * 500, end_ms=i * 500 + 450)
    for i, text in enumerate(["Hello,", "how", "are", "you", "today?"])
]


@pytest.mark.parametrize(
    ("kept", "agree"),
    [
        ("Hello, how are", True),
        ("Hello, how are you", True),
        ("hello how", True),
        ("Hello,", False),
        ("Hello, how are you today?", False),
        ("Something else", False),
        ("", False),
    ],
)
def test_words_near_the_interruption_may_be_there_or_not(kept, agree):
    assert agrees(kept, WORDS, heard_s=1.45) is agree


def test_nothing_heard_is_nothing_kept():
    assert agrees("", WORDS, heard_s=0.1)
    assert not agrees("Hello, how are", WORDS, heard_s=0.1)


def test_languages_without_spaces():
    words = [
        TimedWord(text=c, start_ms=i * 400, end_ms=i * 400 + 400) for i, c in enumerate("你好吗")
    ]
    assert agrees("你好", words, heard_s=0.85)
    assert not agrees("你好吗再见", words, heard_s=0.85)
