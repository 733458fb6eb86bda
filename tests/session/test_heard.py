import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_serving.media import Word
from avatar_serving.session.heard import heard_text


def spoken(*texts: str) -> tuple[Word, ...]:
    """Half a second a word."""
    return tuple(Word(text, 0.5 * i, 0.5 * i + 0.4) for i, text in enumerate(texts))


@pytest.mark.parametrize(("heard_ms", "text"), [
    (0, ""), (199, ""), (200, "Well,"), (600, "Well,"), (700, "Well, I"),
    (1200, "Well, I know."), (1700, "Well, I know. I"), (9000, "Well, I know. I do!"),
])  # fmt: skip
def test_words_count_from_their_middle(heard_ms: int, text: str) -> None:
    words = spoken("Well", "I", "know", "I", "do")
    assert heard_text(words, "Well, I know. I do!", heard_ms) == text


def test_chinese_is_cut_between_characters() -> None:
    text = "你好，我是艾达。"
    assert heard_text(spoken(*"你好我是艾达"), text, 800) == "你好，"
    assert heard_text(spoken(*"你好我是艾达"), text, 2700) == text


def test_a_word_said_otherwise_than_written_counts_with_the_next() -> None:
    words = spoken("It", "costs", "twenty", "dollars", "today")
    text = "It costs $20 today, and two more."
    assert heard_text(words, text, 1700) == "It costs"
    assert heard_text(words, text, 99_000) == text
    more = (*words, *(Word(w, 3.0, 3.1) for w in ("and",)), Word("two", 9.0, 9.1))
    assert heard_text(more, text, 4000) == "It costs $20 today, and"


def test_a_word_is_not_found_far_ahead() -> None:
    text = "Yes. " + "Nothing here matches at all, truly nothing. " * 3 + "so"
    assert heard_text(spoken("Yes", "so", "end"), text, 800) == "Yes."


def test_without_times_nothing_is_known_to_be_heard() -> None:
    assert heard_text((), "Hello.", 5000) == ""


@given(
    st.lists(st.sampled_from("a be see dee 你 好 two".split()), max_size=12), st.integers(0, 9000)
)
def test_what_is_heard_begins_the_text_and_grows(texts: list[str], heard_ms: int) -> None:
    text, words = " ".join(texts) + ".", spoken(*texts)
    heard, later = heard_text(words, text, heard_ms), heard_text(words, text, heard_ms + 500)
    assert text.startswith(heard)
    assert later.startswith(heard)
    count = sum((w.start_s + w.end_s) / 2 * 1000 <= heard_ms for w in words)
    assert heard.removesuffix(".").split() == texts[:count]
