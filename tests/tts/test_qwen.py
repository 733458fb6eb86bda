"""The engine around Qwen3-TTS, without the model: lines of many sessions, and a lost process."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from avatar_serving.errors import EngineLost, OutOfMemory, StageFailed, StageTimeout
from avatar_serving.flow import collect
from avatar_serving.qwen_speech.line import Line
from avatar_serving.qwen_speech.lines import Asked, Lines, Stretch

WORKER = '''#!{python}
"""Speaks the letters of all lines in turn, one a step, as ``avatar_serving.qwen_speech.worker``."""
import json, os, queue, sys, threading, time
import numpy as np
sys.path.insert(0, {home!r})
from avatar_serving.child.wire import read_message, write_message

out, asked, lines = sys.stdout.buffer, queue.Queue(), {{}}
write_message(out, {{"kind": "ready", "clones": ""}}, {{}})

def listen():
    while True:
        try:
            asked.put(read_message(sys.stdin.buffer)[0])
        except EOFError:
            os._exit(0)

def end(number, kind="end"):
    lines.pop(number, None)
    write_message(out, {{"kind": kind, "number": number, "detail": kind}}, {{}})

threading.Thread(target=listen, daemon=True).start()
while True:
    while not lines or not asked.empty():
        head = asked.get()
        if head["kind"] == "leave":
            end(head["number"])
        else:
            lines[head["number"]] = json.loads(head["line"])["text"]
    for number, text in list(lines.items()):
        if text == "die":
            os._exit(1)
        if text == "hang":
            time.sleep(60)
        if text == "full":
            end(number, "out_of_memory")
            continue
        head = {{"kind": "sound", "number": number, "last": "1" if len(text) == 1 else ""}}
        write_message(out, head, {{"samples": np.full(4, ord(text[0]), np.float32)}})
        lines[number] = text[1:]
        if not lines[number]:
            end(number)
    time.sleep(0.005)
'''


def asked(text: str) -> Asked:
    return Asked(Line(text, "english", "ryan", "", 1.0, "", 7), None)


def opened(python: Path | str, limit_s: float = 30.0) -> Lines:
    return Lines(str(python), Path("nowhere"), "cpu", "float32", 40, 4, limit_s)


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """An interpreter that runs the worker above, whatever it is asked to run."""
    written = tmp_path / "python"
    home = str(Path(__file__).parents[2])
    written.write_text(WORKER.format(python=sys.executable, home=home))
    written.chmod(0o755)
    return written


@pytest.fixture
def lines(python: Path) -> Iterator[Lines]:
    made = opened(python)
    assert made.start() is False
    yield made
    made.close()


def text_of(stretches: list[Stretch]) -> str:
    return "".join(chr(int(stretch.samples[0])) for stretch in stretches)


async def test_who_comes_later_does_not_wait_for_who_speaks(lines: Lines) -> None:
    async with aclosing(lines.run(asked("a" * 10_000))) as long:
        assert (await anext(long)).last is False
        texts = ["one", "three", "seven"]
        spoken = await asyncio.gather(*(collect(lines.run(asked(text))) for text in texts))
        assert [text_of(stretches) for stretches in spoken] == texts
        assert all(stretches[-1].last for stretches in spoken)
        assert text_of([await anext(long)]) == "a"
    assert text_of(await collect(lines.run(asked("after")))) == "after"


async def test_who_leaves_at_any_time_leaves_nothing_behind(lines: Lines) -> None:
    for wait_s in (0.0, 0.001, 0.05):
        leaving = asyncio.ensure_future(collect(lines.run(asked("a" * 10_000))))
        await asyncio.sleep(wait_s)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
    assert text_of(await collect(lines.run(asked("one")))) == "one"
    async with asyncio.timeout(20):
        while lines._open or lines._hearing:
            await asyncio.sleep(0.02)


async def test_one_without_memory_fails_and_others_do_not(lines: Lines) -> None:
    both = (collect(lines.run(asked(text))) for text in ("full", "one"))
    failed, spoken = await asyncio.gather(*both, return_exceptions=True)
    assert isinstance(failed, OutOfMemory) and failed.retryable
    assert isinstance(spoken, list) and text_of(spoken) == "one"


async def test_a_process_that_dies_is_lost_and_started_again(lines: Lines) -> None:
    both = (collect(lines.run(asked(text))) for text in ("a" * 10_000, "die"))
    lost = await asyncio.gather(*both, return_exceptions=True)
    assert all(isinstance(error, EngineLost) for error in lost)
    assert text_of(await collect(lines.run(asked("one")))) == "one"


async def test_a_process_that_hangs_is_ended(python: Path) -> None:
    lines = opened(python, limit_s=3.0)
    with pytest.raises(StageTimeout):
        await collect(lines.run(asked("hang")))
    lines.close()


def test_a_python_without_the_package_says_so(tmp_path: Path) -> None:
    with pytest.raises(StageFailed, match="does not run"):
        opened(tmp_path / "python").start()
    with pytest.raises(StageFailed, match="its log says why"):
        opened("/bin/true").start()
