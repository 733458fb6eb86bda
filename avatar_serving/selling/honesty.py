"""No price, figure or promise that the operator has not written."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_PROMISE = re.compile(
    r"discounts?|\bfree\b|\bgifts?\b|guarantees?d?|refunds?|warranty|"
    r"percent|% off|half price|cures?|heals?|best price|"
    r"打折|折扣|免费|包邮|保证|退款|赠送|治愈|最低价",
    re.IGNORECASE,
)


def unfounded(clause: str, known: str) -> str | None:
    """The first figure or promise of *clause* that is not in *known*; None: all of it may be said.

    Figures written as words are not found.
    """
    figures = set(_NUMBER.findall(known))
    for number in _NUMBER.findall(clause):
        if number not in figures:
            return number
    told = known.casefold()
    for promise in _PROMISE.findall(clause):
        if promise.casefold() not in told:
            return promise
    return None


async def founded(
    texts: AsyncGenerator[str, None], known: str, instead: str
) -> AsyncGenerator[str, None]:
    """Clauses without those that are unfounded; *instead* stands once in the place of them all."""
    owed = True
    async with aclosing(texts):
        async for text in texts:
            if unfounded(text, known) is None:
                yield text
            elif owed:
                owed = False
                yield instead
