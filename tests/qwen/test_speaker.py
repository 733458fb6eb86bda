"""Lines of Qwen3-TTS side by side, with its own package, on tiny random weights."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from avatar_serving.qwen_speech.line import Line
from avatar_serving.qwen_speech.speaker import Speaker, Spoken
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
