"""Mouth shapes at cues, ramps between them."""

import numpy as np
import pytest

from avatar_serving.flow import collect
from avatar_serving.media import AnimateRequest, Phone
from avatar_serving.stages.animate import KeyframesConfig
from avatar_serving.stages.animate.keyframes import SHAPES, Cue, Ramp, Shape, cues_of, ramps
from avatar_serving.stages.animate.segments import segments
from tests.animate.conftest import Motion, spell
from tests.animate.test_mouth import lips_apart

WORKED = [Cue("rest", 0.0), Cue("a", 0.5), Cue("u", 1.5), Cue("rest", 2.0)]
EXPECTED: list[tuple[float, Shape, float]] = [
    (0.25, "a", 0.5), (0.5, "a", 1.0), (0.75, "a", 0.75), (1.0, "a", 0.5), (1.25, "u", 0.75),
    (1.5, "u", 1.0), (1.75, "u", 0.5), (2.0, "rest", 0.0),
]  # fmt: skip


@pytest.mark.parametrize(("at_s", "shape", "weight"), EXPECTED)
def test_the_worked_example(at_s: float, shape: Shape, weight: float) -> None:
    shown = ramps(WORKED, np.array([at_s]))
    for name in shown:
        assert shown[name][0] == pytest.approx(weight if name == shape else 0.0)


@pytest.mark.parametrize("ramp", ["linear", "smooth"])
def test_both_ramps_meet_at_the_cues(ramp: Ramp) -> None:
    for cue in WORKED[:-1]:
        shown = ramps(WORKED, np.array([cue.at_s]), ramp)
        assert {n for n, w in shown.items() if w[0] > 0.5} == {cue.shape} - {"rest"}


def test_smooth_ramps_do_not_jump_where_linear_ones_do() -> None:
    times = np.arange(0, 2, 1 / 120)
    steps = {
        ramp: max(np.abs(np.diff(w)).max() for w in ramps(WORKED, times, ramp).values())
        for ramp in ("linear", "smooth")
    }
    assert steps["linear"] > 0.45 and steps["smooth"] < 0.05


def test_cues_fall_in_the_middle_of_sounds_and_rest_in_pauses() -> None:
    spoken = segments((*spell("hɑ", 0.1, 0.5), Phone("u", 1.5, 1.7)), 2.5)
    cues = cues_of(spoken, 2.5)
    assert [c.shape for c in cues] == ["rest", "e", "a", "rest", "rest", "u", "rest"]
    assert [c.at_s for c in cues] == sorted(c.at_s for c in cues)
    assert cues[2].at_s == pytest.approx(0.65) and cues[5].at_s == pytest.approx(1.6)
    assert {c.shape for c in cues} <= set(SHAPES)


async def moved(config: KeyframesConfig, request: AnimateRequest) -> Motion:
    frames = await collect(config.build().run(request))
    return Motion([f.at_s for f in frames], np.array([f.values for f in frames]))


async def test_the_mouth_takes_the_shape_of_the_vowel() -> None:
    request = AnimateRequest(1.6, spell("ɑtupitɑ", 0.2))
    for ramp in ("linear", "smooth"):
        motion = await moved(KeyframesConfig(ramp=ramp), request)
        assert motion.at("jawOpen", 0.25) > 0.4 > 0.3 > motion.at("jawOpen", 0.65)
        assert motion.at("mouthPucker", 0.65) > 0.5


async def test_smooth_ramps_seal_lips() -> None:
    phones = spell("ɑbɑmipu", 0.1)
    motion = await moved(KeyframesConfig(), AnimateRequest(1.2, phones))
    for phone in phones:
        if phone.symbol in "bmp":
            assert lips_apart(motion, (phone.start_s + phone.end_s) / 2) < 0.02
