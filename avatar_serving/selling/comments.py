"""Which of many viewers is answered next: a pure state machine."""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from avatar_serving.selling.show import Product

_WAITING, _REMEMBERED = 200, 2000
_LONGEST = 200
"""Characters; what is longer is no question for a host."""
_COMMON = frozenset(
    "and are can does for from have how into the this that these those what when where which who "
    "will with you your".split()
)
"""Words that say nothing of a product."""
_WORD = re.compile(r"[a-z0-9]{3,}|[\u4e00-\u9fff]")
_ASKS = re.compile(
    r"[?？]|^(?:how|what|when|where|which|who|can|does|do|is|are)\b|[吗呢么]|多少|怎么|什么", re.I
)


@dataclass(frozen=True, slots=True)
class Comment:
    user: str
    text: str = field(repr=False)

    @property
    def asks(self) -> bool:
        """It reads like a question."""
        return bool(_ASKS.search(self.text))


class Comments:
    """Holds at most 200; the oldest leave. The same words are answered once."""

    def __init__(self) -> None:
        self._waiting: deque[Comment] = deque(maxlen=_WAITING)
        self._seen: deque[str] = deque(maxlen=_REMEMBERED)

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, comment: Comment) -> bool:
        """Whether it is kept: neither empty, nor too long, nor said before."""
        key = " ".join(comment.text.casefold().split()).rstrip(" ?!.？！。")
        if not key or len(key) > _LONGEST or key in self._seen:
            return False
        self._seen.append(key)
        self._waiting.append(comment)
        return True

    def take(self, product: Product) -> Comment | None:
        """The question nearest to *product*; of equals the one that waited longest."""
        if not self._waiting:
            return None
        known = _words(product.told)
        best = max(self._waiting, key=lambda comment: _weight(comment, known))
        self._waiting.remove(best)
        return best


def nearest(comment: Comment, products: Sequence[Product], current: Product) -> Product:
    """The product that *comment* is about; *current* unless it names another."""
    said = _words(comment.text)
    return max((current, *products), key=lambda product: len(said & _words(product.told)))


def _weight(comment: Comment, known: set[str]) -> int:
    """max() keeps the first of equals, which is the oldest."""
    return 2 * comment.asks + min(3, len(_words(comment.text) & known))


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold())) - _COMMON
