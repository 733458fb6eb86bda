"""Pasts of utterances, found again by what was heard of them.

A recogniser is asked for an utterance again and again while it is being spoken, each time with more
of it. Who asks need not say so: the beginning of the sound tells, as a prompt's beginning tells a
language model with a prefix cache. Whatever is not found is heard anew, so that it does not matter
which replica is asked, or in what order.
"""

from collections import OrderedDict
from collections.abc import Sequence
from hashlib import blake2b
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


def prefix_keys(pcm: bytes, ends: Sequence[int], salt: bytes) -> list[bytes]:
    """A key for the bytes of *pcm* up to each of *ends*, which grow."""
    digest, keys, begin = blake2b(salt, digest_size=16), list[bytes](), 0
    for end in ends:
        digest.update(pcm[begin:end])
        keys.append(digest.digest())
        begin = end
    return keys


class Remembered(Generic[Kept]):
    """At most *most*; what was not asked for the longest is forgotten first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()

    def keep(self, key: bytes, past: Kept) -> None:
        self._kept[key] = past
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def longest(self, keys: Sequence[bytes]) -> tuple[int, Kept | None]:
        """How many of *keys* lead to the longest that is known, and it; 0 and None: none is."""
        for count in range(len(keys), 0, -1):
            if keys[count - 1] in self._kept:
                self._kept.move_to_end(keys[count - 1])
                return count, self._kept[keys[count - 1]]
        return 0, None
