"""Utterances that are heard again, with more of them."""

from hypothesis import given
from hypothesis import strategies as st

from avatar_serving.stages.asr.remembered import Remembered, prefix_keys


@given(st.binary(min_size=20, max_size=40), st.binary(max_size=10))
def test_the_beginning_of_the_sound_is_what_is_known_again(said: bytes, more: bytes) -> None:
    ends = [4, 12, 20]
    assert prefix_keys(said + more, ends, b"en") == prefix_keys(said, ends, b"en")
    assert not set(prefix_keys(said, ends, b"en")) & set(prefix_keys(said, ends, b"zh"))
    other = bytes([said[0] ^ 1]) + said[1:]
    assert not set(prefix_keys(said, ends, b"en")) & set(prefix_keys(other, ends, b"en"))


def test_the_longest_past_is_found() -> None:
    kept = Remembered[str](9)
    keys = [b"one", b"two", b"three"]
    assert kept.longest(keys) == (0, None)
    kept.keep(b"two", "after two")
    kept.keep(b"one", "after one")
    assert kept.longest(keys) == (2, "after two")


def test_what_nobody_asks_for_is_forgotten_first() -> None:
    kept = Remembered[int](2)
    kept.keep(b"a", 1)
    kept.keep(b"b", 2)
    kept.longest([b"a"])
    kept.keep(b"c", 3)
    assert [kept.longest([key])[1] for key in (b"a", b"b", b"c")] == [1, None, 3]
