import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_serving.session.following import answer_language


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ([], "en"),
        (["Hello there."], "en"),
        (["你好"], "zh"),
        (["好"], "zh"),
        (["你好，你是谁？", "OK"], "zh"),
        (["你好，你是谁？", "Thank you"], "zh"),
        (["你好，你是谁？", "OK", "Sure"], "en"),
        (["你好，你是谁？", "OK", "好的", "Sure"], "zh"),
        (["你好，你是谁？", "Can you speak English?"], "en"),
        (["Tell me a story.", "好"], "en"),
        (["Tell me a story.", "用中文说吧"], "zh"),
        (["Tell me a story.", "123", "...", ""], "en"),
        (["我喜欢 Python 和 Rust 语言", "接着说"], "zh"),
    ],
)
def test_the_users_language_is_followed(said: list[str], language: str) -> None:
    assert answer_language(said) == language


def test_nobody_has_spoken_yet() -> None:
    assert answer_language([], "zh") == "zh"


@given(st.lists(st.sampled_from(["OK", "好", "Hello there my friend", "我们走吧", "1", ""])))
def test_a_sentence_always_counts(said: list[str]) -> None:
    assert answer_language([*said, "What do you think of it?"]) == "en"
    assert answer_language([*said, "你觉得怎么样？"]) == "zh"
