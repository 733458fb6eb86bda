"""Lines of Qwen3-TTS side by side, with its own package, on tiny random weights."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from avatar_serving.child.wire import read_message
from avatar_serving.qwen_speech.line import Line
from avatar_serving.qwen_speech.speaker import Speaker, Spoken
from avatar_serving.qwen_speech.worker import Desk
from tests.qwen.tiny_qwen import save_tiny_qwen

FRAME = 1920


def line(text: str, speaker: str = "ryan", speed: float = 1.0, seed: int = 1) -> Line:
    return Line(text, "english", speaker, "Be calm.", speed, "", seed)


@pytest.fixture(scope="module")
def speaker(tmp_path_factory: pytest.TempPathFactory) -> Speaker:
    torch.set_num_threads(1)
    home: Path = tmp_path_factory.mktemp("voices")
    save_tiny_qwen(home, "custom_voice")
    return Speaker(home, "cpu", "float32", 40)


LINES = (
    line("Hello there."),
    line("Good evening to you all.", "vivian", seed=2),
    line("Yes.", seed=3),
)


def spoken(speaker: Speaker, *comings: tuple[int, Line]) -> list[tuple[Any, list[Any]]]:
    """Frames and stretches of lines that come at a step, each of which stays to its end."""
    begun: list[Spoken] = []
    heard: dict[Spoken, list[Any]] = {}
    waiting, step = sorted(comings, key=lambda coming: coming[0]), 0
    while waiting or speaker._spoken:
        while waiting and waiting[0][0] <= step:
            begun.append(speaker.begin(waiting.pop(0)[1], None))
            heard[begun[-1]] = []
        for stretch in speaker.step():
            heard[stretch.spoken].append(stretch.samples)
        step += 1
    return [(torch.stack(each.row.frames), heard[each]) for each in begun]


def test_codes_are_those_of_the_package_where_chance_has_no_part(speaker: Speaker) -> None:
    """Which speaks the batch from one beginning; here each line begins at another step."""
    tts = speaker._prompts._tts
    plain = {"do_sample": False, "subtalker_dosample": False}
    asked = [speaker._prompts._asked(each, None)[0] for each in LINES]
    together = {name: [item for each in asked for item in each[name]] for name in asked[0]
                if name != "non_streaming_mode"}  # fmt: skip
    settings = tts._merge_generate_kwargs(**plain, max_new_tokens=41)
    wanted, _ = tts.model.generate(**together, non_streaming_mode=True, **settings)
    merged = tts._merge_generate_kwargs
    tts._merge_generate_kwargs = lambda **told: merged(**{**told, **plain})
    found = spoken(speaker, (0, LINES[0]), (3, LINES[1]), (7, LINES[2]))
    tts._merge_generate_kwargs = merged
    for (frames, _), codes in zip(found, wanted, strict=True):
        assert frames.shape == codes.shape and (frames == codes).all()


def test_a_line_sounds_the_same_whoever_speaks_beside_it(speaker: Speaker) -> None:
    alone = [spoken(speaker, (0, each))[0] for each in LINES]
    among = spoken(speaker, (0, LINES[0]), (4, LINES[1]), (9, LINES[2]))
    again = spoken(speaker, (0, replace(LINES[0], seed=9)))[0]
    assert again[0].shape != alone[0][0].shape or (again[0] != alone[0][0]).any()
    for (frames, sounds), (frames_among, sounds_among) in zip(alone, among, strict=True):
        assert frames.shape == frames_among.shape and (frames == frames_among).all()
        for sound, other in zip(sounds, sounds_among, strict=True):
            np.testing.assert_allclose(sound, other, atol=1e-4)


def test_sound_is_taken_while_the_model_writes(speaker: Speaker) -> None:
    (frames, sounds), (_, slow) = spoken(speaker, (0, LINES[0]), (0, line("Oh.", speed=0.8)))
    assert [len(samples) // FRAME for samples in sounds[:3]] == [3, 6, 12]
    with torch.inference_mode():
        at_once = speaker._decoder(frames.T[None])[0, 0].numpy()
    sound = np.concatenate(sounds)
    assert len(sound) == len(at_once) == len(frames) * FRAME and np.ptp(at_once) > 1e-3
    # Further on the decoder hears the last 25 frames only.
    assert np.abs(sound - at_once)[: 21 * FRAME].max() < 1e-4
    assert [len(samples) > 0 for samples in slow] == [False] * (len(slow) - 1) + [True]


def test_who_leaves_takes_nothing_from_who_stays(speaker: Speaker) -> None:
    stays, leaves = speaker.begin(LINES[0], None), speaker.begin(LINES[1], None)
    speaker.step()
    speaker.end(leaves)
    assert speaker._talker._read.shape[0] == 1
    while not stays.row.finished:
        speaker.step()
    (frames, _), *_ = spoken(speaker, (0, LINES[0]))
    assert (torch.stack(stays.row.frames) == frames).all() and speaker._talker._past is None


@contextmanager
def memory_for(part: Any, rows: int) -> Iterator[None]:
    """Until the block ends, calls of *part* with more *rows* find no memory."""

    def limited(_: Any, given: Any, named: Any) -> None:
        first = given[0] if given else named["hidden_states"]
        if len(first) > rows:
            raise torch.OutOfMemoryError("Tried to allocate 2 GiB.")

    hook = part.register_forward_pre_hook(limited, with_kwargs=True)
    try:
        yield
    finally:
        hook.remove()


def test_a_step_without_memory_changes_nothing(speaker: Speaker) -> None:
    """Though the first layers had computed it."""
    alone, _ = spoken(speaker, (0, LINES[0]))[0]
    stays, leaves = speaker.begin(LINES[0], None), speaker.begin(LINES[1], None)
    speaker.step()
    with memory_for(speaker._talker._talker.model.layers[-1], 1):
        for _ in range(2):
            with pytest.raises(torch.OutOfMemoryError):
                speaker.step()
        speaker.end(leaves)
        while not stays.row.finished:
            speaker.step()
    assert (torch.stack(stays.row.frames) == alone).all()


def told(answers: io.BytesIO) -> dict[str, list[str]]:
    """Kinds of messages by the number of the line."""
    answers.seek(0)
    found: dict[str, list[str]] = {}
    while answers.tell() < len(answers.getvalue()):
        head, _ = read_message(answers)
        found.setdefault(head["number"], []).append(head["kind"])
    return found


@pytest.mark.parametrize("part", ["talker", "decoder"])
def test_lines_that_do_not_fit_are_told_and_the_others_are_spoken(
    speaker: Speaker, part: str
) -> None:
    """The batch halves until it fits; then as many as before may speak side by side again."""
    answers = io.BytesIO()
    desk = Desk(speaker, answers, 4)

    def ask(*numbers: str) -> None:
        for number in numbers:
            line = json.dumps(asdict(LINES[0]))
            desk.take(({"kind": "line", "number": number, "line": line}, {}))
        while not desk.idle:
            desk.work()

    parts = {"talker": speaker._talker._talker.model.layers[-1], "decoder": speaker._decoder}
    with memory_for(parts[part], 2):
        ask("a", "b", "c", "d")
    kinds = told(answers)
    ends = {number: found[-1] for number, found in kinds.items()}
    lost = {"c": "out_of_memory", "d": "out_of_memory"} if part == "talker" else {}
    assert ends == {"a": "end", "b": "end", "c": "end", "d": "end"} | lost
    assert "sound" in kinds["a"]
    ask("e", "f", "g", "h")
    assert all(told(answers)[number][-1] == "end" for number in "efgh") and desk._room == 4
    with memory_for(parts[part], 0):
        ask("i")
    ask("j")
    assert (told(answers)["i"][-1], told(answers)["j"][-1]) == ("out_of_memory", "end")
