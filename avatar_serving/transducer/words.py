"""From tokens to words, and to the language that the network says they are in."""

import re
from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer

from avatar_serving.errors import StageFailed

PROMPTS = {"en": 0, "zh": 4}
"""Numbers of the languages, as the published weights were taught them."""
ANY = 101
"""The network finds the language out, and ends a sentence with its tag."""
_TAG = re.compile(r"\s*<([a-z]{2})-[A-Za-z]{2}>")


class Words:
    def __init__(self, folder: Path) -> None:
        """Raises StageFailed: no tokenizer there."""
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # the library has no class of its own for it
            raise StageFailed("asr", f"cannot load {folder / 'tokenizer.json'}") from error

    def of(self, codes: Sequence[int]) -> tuple[str, str | None]:
        """The text, and its language where the network tells."""
        text = self._tokenizer.decode(list(codes), skip_special_tokens=False)
        tags = _TAG.findall(text)
        return _TAG.sub("", text).strip(), tags[-1] if tags else None
