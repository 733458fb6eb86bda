"""What the published model reads before it speaks a line, as its package makes it."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from avatar_serving.qwen_speech.line import Line

Tensor: TypeAlias = Any


@dataclass(frozen=True)
class Prompt:
    embedded: Tensor
    """(1, n, width)"""
    beside: Tensor
    """(1, 1, width): what is added to each frame that it writes."""
    settings: "dict[str, Any]"
    """By which it chooses codes, under the names that transformers have for them."""
    heard: Tensor
    """Codes of the recording (frames, codebooks); None without one."""


class Prompts:
    def __init__(self, tts: Any) -> None:
        """*tts*: the package's own model."""
        self._tts, self._model = tts, tts.model

    def of(self, line: Line, recording: Any) -> Prompt:
        """*recording*: samples at 24 kHz, or None.

        Raises:
            NotImplementedError: no such voice or language.
        """
        asked, heard = self._asked(line, recording)
        with self._kept() as given:
            self._model.generate(**asked, **self._tts._merge_generate_kwargs())
        embedded, beside = given.pop("inputs_embeds"), given.pop("tts_pad_embed")
        return Prompt(embedded, beside, given, heard)

    @contextmanager
    def _kept(self) -> "Generator[dict[str, Any], None, None]":
        """Inside, the language model is told what to read, and does not speak."""
        given: dict[str, Any] = {}

        def keep(**told: Any) -> None:
            given.update(told)
            raise _Told

        talker = self._model.talker
        talker.generate = keep
        try:
            yield given
        except _Told:
            pass
        finally:
            del talker.generate

    def _asked(self, line: Line, recording: Any) -> "tuple[dict[str, Any], Tensor]":
        """What the model is given, and the codes of the recording."""
        tts = self._tts
        asked: dict[str, Any] = {
            "input_ids": tts._tokenize_texts([tts._build_assistant_text(line.text)]),
            "languages": [line.language],
            "non_streaming_mode": True,
        }
        if recording is None:
            asked["speakers"] = [line.speaker]
            asked["instruct_ids"] = [self._instruction(line)]
            return asked, None
        items = tts.create_voice_clone_prompt([(recording, 24_000)], [line.transcript])
        asked["voice_clone_prompt"] = tts._prompt_items_to_voice_clone_prompt(items)
        asked["ref_ids"] = tts._tokenize_texts([tts._build_ref_text(line.transcript)])
        return asked, items[0].ref_code

    def _instruction(self, line: Line) -> Tensor:
        if not line.instruction:
            return None
        return self._tts._tokenize_texts([self._tts._build_instruct_text(line.instruction)])[0]


class _Told(Exception):
    pass
