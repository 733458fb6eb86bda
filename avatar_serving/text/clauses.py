"""A language model's stream of text, regrouped into clauses that can be spoken one by one."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from avatar_serving.text.cuts import FIRST, LATER, find_cut
from avatar_serving.text.plain import plain

_FENCES = ("```", "~~~")


async def clauses(deltas: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    """Speakable clauses, in order: a short first one, then about a sentence each.

    Markup, emoji, code and stage directions are left out. No other word is lost or said twice.
    """
    cutter = ClauseCutter()
    async with aclosing(deltas):
        async for delta in deltas:
            for clause in cutter.push(delta):
                yield clause
    for clause in cutter.finish():
        yield clause


class ClauseCutter:
    """The same without waiting for anything: text in, finished clauses out."""

    def __init__(self) -> None:
        self._text = ""
        self._first = True
        self._line_start = True
        self._in_code = False

    def push(self, delta: str) -> list[str]:
        """Take more text; return the clauses that it completes."""
        self._text += delta
        return self._take(final=False)

    def finish(self) -> list[str]:
        """The text is over: return what is left of it."""
        return self._take(final=True)

    def _take(self, final: bool) -> list[str]:
        done: list[str] = []
        while cut := find_cut(self._text, FIRST if self._first else LATER, final):
            clause = self._spoken(self._text[:cut])
            self._text = self._text[cut:]
            if clause:
                done.append(clause)
                self._first = False
        return done

    def _spoken(self, piece: str) -> str:
        at_start, self._line_start = self._line_start, piece.endswith("\n")
        if at_start and piece.lstrip().startswith(_FENCES):
            self._in_code = not self._in_code
            return ""
        return "" if self._in_code else plain(piece)
