"""Text tokens: what the language model is told, what the recording says, and what is to be said."""

from pathlib import Path
from typing import Any

from avatar_serving.errors import StageFailed

_HELPFUL = "You are a helpful assistant."
"""How every instruction began in training."""
_END_OF_PROMPT = "<|endofprompt|>"


class Wording:
    def __init__(self, folder: Path, end_of_prompt: int) -> None:
        """
        Raises:
            StageFailed: no tokeniser, or another one than the model was trained with.
        """
        from transformers import AutoTokenizer

        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError) as error:
            raise StageFailed("tts", f"cannot load {folder}: {error}") from error
        self._tokenizer.add_special_tokens({"extra_special_tokens": [_END_OF_PROMPT]})
        found = self._tokenizer.convert_tokens_to_ids(_END_OF_PROMPT)
        if found != end_of_prompt:
            reason = f"{folder} has {_END_OF_PROMPT} at {found}, not at {end_of_prompt}"
            raise StageFailed("tts", reason)

    def ids(self, instruction: str, transcript: str, text: str) -> tuple[list[int], int]:
        """All tokens, and how many of them at the end are those of *text*."""
        told = f"{_HELPFUL} {instruction}".rstrip() + _END_OF_PROMPT + transcript
        new = self._encode(text)
        return [*self._encode(told), *new], len(new)

    def _encode(self, text: str) -> list[int]:
        return list(self._tokenizer(text)["input_ids"])
