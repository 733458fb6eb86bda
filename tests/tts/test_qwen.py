"""The engine around Qwen3-TTS, without the model: batches, streams, and a process that is lost."""

import asyncio
from collections.abc import Generator, Sequence
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest

from avatar_serving.errors import EngineLost, OutOfMemory, StageFailed
from avatar_serving.flow import collect
from avatar_serving.qwen_speech.process import Line, SpeakerProcess, Stretch
from avatar_serving.qwen_speech.together import Asked, Together
from avatar_serving.samples import Samples


def asked(text: str) -> Asked:
    return Asked(Line(text, "english", "ryan", "", 1.0, ""), None, 7)


class Speaks:
    """A stretch for each letter of a line, the lines side by side."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.stopped = False
        self.failing: Exception | None = None

    def speak(
        self, lines: Sequence[Line], recordings: Sequence[Samples | None], seed: int
    ) -> Generator[Stretch, None, None]:
        texts = [line.text for line in lines]
        self.batches.append(texts)
        if self.failing:
            failing, self.failing = self.failing, None
            raise failing
        for place in range(max(map(len, texts))):
            for row, text in enumerate(texts):
                if place < len(text) and not self.stopped:
                    sound = np.full(4, ord(text[place]), np.float32)
                    yield Stretch(row, sound, place == len(text) - 1)
        self.stopped = False

    def stop(self) -> None:
        self.stopped = True


def text_of(stretches: list[Stretch]) -> str:
    return "".join(chr(int(stretch.samples[0])) for stretch in stretches)


async def test_lines_of_many_sessions_are_spoken_together() -> None:
    process = Speaks()
    together = Together(process, 3, 0.02)
    texts = ["one", "three", "five", "seven"]
    spoken = await asyncio.gather(*(collect(together.run(asked(text))) for text in texts))
    assert [text_of(stretches) for stretches in spoken] == texts
    assert all(stretches[-1].last for stretches in spoken)
    assert process.batches == [texts[:3], texts[3:]]


async def test_what_nobody_hears_is_stopped_and_what_nobody_wants_not_begun() -> None:
    process = Speaks()
    together = Together(process, 1, 0.0)
    async with aclosing(together.run(asked("a" * 10_000))) as stretches:
        await anext(stretches)
        waiting = asyncio.ensure_future(collect(together.run(asked("withdrawn"))))
        await asyncio.sleep(0)
        waiting.cancel()
    assert text_of(await collect(together.run(asked("next")))) == "next"
    assert process.batches == [["a" * 10_000], ["next"]]


async def test_without_memory_a_batch_fails_and_the_next_does_not() -> None:
    process = Speaks()
    process.failing = OutOfMemory("tts", "3 GiB")
    together = Together(process, 2, 0.01)
    with pytest.raises(OutOfMemory):
        await collect(together.run(asked("one")))
    assert text_of(await collect(together.run(asked("one")))) == "one"


def process(python: Path | str) -> SpeakerProcess:
    return SpeakerProcess(str(python), Path("nowhere"), "cpu", "float32", 40, 30.0)


def test_a_python_without_the_package_says_so(tmp_path: Path) -> None:
    with pytest.raises(StageFailed, match="does not run"):
        process(tmp_path / "python").start()
    with pytest.raises(StageFailed, match="its log says why"):
        process("/bin/true").start()


def test_a_process_that_dies_is_lost_and_started_again(tmp_path: Path) -> None:
    """Ready, then gone at the first line."""
    worker = tmp_path / "python"
    worker.write_text(
        "#!/usr/bin/env python3\n"
        "import json, struct, sys\n"
        'head = json.dumps({"kind": "ready", "clones": "", "arrays": []}).encode()\n'
        'sys.stdout.buffer.write(struct.pack("<II", len(head), 0) + head)\n'
        "sys.stdout.buffer.flush()\n"
        "sys.stdin.buffer.read(9)\n"
    )
    worker.chmod(0o755)
    speaker = process(worker)
    assert speaker.start() is False
    for _ in range(2):
        with pytest.raises(EngineLost):
            list(speaker.speak([asked("hi").line], [None], 1))
    speaker.close()
