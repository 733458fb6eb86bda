from collections.abc import AsyncGenerator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_serving.flow import collect
from avatar_serving.text.clauses import ClauseCutter, clauses


def cut(text: str, step: int = 1000) -> list[str]:
    cutter = ClauseCutter()
    done: list[str] = []
    for i in range(0, len(text), step):
        done += cutter.push(text[i : i + step])
    return done + cutter.finish()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello there! How are you today?", ["Hello there!", "How are you today?"]),
        ("As an astronaut, I float. I like it there.",
         ["As an astronaut,", "I float.", "I like it there."]),
        ("Dr. Smith met Mr. J. Jones. They talked a lot.",
         ["Dr. Smith met Mr. J. Jones.", "They talked a lot."]),
        ("It costs $1,250.50 today. That is 3.5 percent more.",
         ["It costs $1,250.50 today.", "That is 3.5 percent more."]),
        ("Use fruit, e.g. apples. Some U.S. ones are good.",
         ["Use fruit,", "e.g. apples.", "Some U.S. ones are good."]),
        ("See https://a.example.com/b.html?c=1,2 for more. Then come back.",
         ["See https://a.example.com/b.html?c=1,2 for more.", "Then come back."]),
        ("Well... that is odd. Really odd indeed!", ["Well... that is odd.", "Really odd indeed!"]),
        ("Meet me at 10:30 a.m. or later. Do not be late.",
         ["Meet me at 10:30 a.m.", "or later.", "Do not be late."]),
        ("“Are you sure?” she asked me. I was not sure.",
         ["“Are you sure?” she asked me.", "I was not sure."]),
        ("你好！我是米拉。今天天气怎么样？", ["你好！", "我是米拉。", "今天天气怎么样？"]),
        ("好的，没问题，我们走吧。你准备好了吗？", 
         ["好的，没问题，", "我们走吧。", "你准备好了吗？"]),
        ("圆周率是3.14，对吗？", ["圆周率是3.14，", "对吗？"]),
        ("No", ["No"]),
        ("", []),
        ("...", []),
    ],
)  # fmt: skip
def test_where_clauses_end(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*smiles warmly* Hello you! (laughs) I'm glad.", ["Hello you!", "I'm glad."]),
        ("I *really* mean **this** thing. And `that` too, ok.",
         ["I really mean this thing.", "And that too, ok."]),
        ("*waves, then stops. Smiles.* Hi.", ["Hi."]),
        ("（微笑）你好呀。", ["你好呀。"]),
        ("Sure! 😀🎉 Let's go now :) 👍🏽", ["Sure!", "Let's go now"]),
        ("# Plan\n\n- First **step**\n- Second step\n\n1. Third one\n",
         ["Plan", "First step", "Second step", "Third one"]),
        ("Run this:\n```python\nprint('x. y')\n# z\n```\nThen look at it.",
         ["Run this:", "Then look at it."]),
        ("See [the guide](https://x.y/z) and ![a cat](c.png) now.",
         ["See the guide and a cat now."]),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n", ["a, b", "1, 2"]),
        ("One<br>two <b>three</b>.\n---\nFour.", ["One two three.", "Four."]),
        ("Keep (the aside) and snake_case_names here.",
         ["Keep (the aside) and snake_case_names here."]),
    ],
)  # fmt: skip
def test_markup_is_not_spoken(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


def test_the_first_clause_is_short() -> None:
    text = "I am a very old astronaut that has seen many stars and planets over long years of work."
    assert cut(text)[0] == "I am a very old astronaut"


WORDS = st.lists(
    st.sampled_from(
        "I we the cat dog's runs said 3.5 1,250 Dr. U.S. e.g. Hello, yes; no: wait... really? "
        "Stop! end. “quoted” (aside) 10:30 well-known x.com 你好， 世界。 and but —".split()
    ),
    max_size=80,
)


@given(WORDS)
def test_no_word_is_lost_or_said_twice(words: list[str]) -> None:
    text = " ".join(words)
    assert _letters(" ".join(cut(text))) == _letters(text)


def _letters(text: str) -> list[str]:
    """Words, without the punctuation around them."""
    bare = ("".join(c for c in word if c.isalnum()) for word in text.split())
    return [word for word in bare if word]


@given(st.text(max_size=300), st.integers(1, 50))
def test_how_text_arrives_changes_nothing(text: str, step: int) -> None:
    assert cut(text, step) == cut(text)


@given(st.text(alphabet="ab .,!?\n*()[]`|-#你。，", max_size=300), st.integers(1, 7))
def test_nor_with_markup(text: str, step: int) -> None:
    assert cut(text, step) == cut(text)


@given(st.text(max_size=2000))
def test_clauses_are_never_empty_nor_endless(text: str) -> None:
    for clause in cut(text):
        assert any(c.isalnum() for c in clause)
        assert len(clause) <= 700


async def test_closing_the_stream_closes_its_source() -> None:
    closed: list[bool] = []

    async def deltas() -> AsyncGenerator[str, None]:
        try:
            while True:
                yield "Again and again. "
        finally:
            closed.append(True)

    stream = clauses(deltas())
    assert await anext(stream) == "Again and again."
    await stream.aclose()
    assert closed


async def test_a_clause_is_given_as_soon_as_it_is_known() -> None:
    given_: list[str] = []

    async def deltas() -> AsyncGenerator[str, None]:
        for delta in ("Hi", " there", "!", " How", " are"):
            given_.append(delta)
            yield delta

    stream = clauses(deltas())
    assert await anext(stream) == "Hi there!"
    assert given_ == ["Hi", " there", "!", " How"]
    assert await collect(stream) == ["How are"]
