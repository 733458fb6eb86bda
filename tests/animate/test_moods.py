"""Emotion and speech on one face."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avatar_serving.flow import collect
from avatar_serving.media import ARKIT, CHANNELS, EMOTIONS, AnimateRequest, Emotion, Mood
from avatar_serving.stages.animate import PhonesConfig
from tests.animate.conftest import Animator, Motion, spell
from tests.animate.test_mouth import lips_apart

FELT: tuple[Emotion, ...] = tuple(e for e in EMOTIONS if e != "neutral")
NEUTRAL = Mood()


@pytest.mark.parametrize("emotion", FELT)
async def test_a_mood_shows_in_every_behaviour_and_is_held(
    animate: Animator, emotion: Emotion
) -> None:
    calm = await animate(AnimateRequest(4, seed=3))
    moved = await animate(AnimateRequest(4, seed=3, mood=Mood(emotion, 1.0)))
    shown = np.abs(moved.values - calm.values)[:, : len(ARKIT)]
    assert (shown.max(axis=1) > 0.15).all()


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(FELT),
    st.floats(0.2, 1.0),
    st.sampled_from("pbm"),
    st.sampled_from(["ɑ", "i", "u", "O", "s", "ɛ"]),
    st.floats(0.03, 0.15),
    st.integers(0, 2**32),
)
async def test_lips_meet_whatever_the_mood(
    emotion: Emotion, intensity: float, closure: str, vowel: str, each_s: float, seed: int
) -> None:
    phones = spell([vowel, closure, vowel, closure, vowel], each_s)
    request = AnimateRequest(1.2, phones, mood=Mood(emotion, intensity), seed=seed)
    frames = await collect(PhonesConfig().build().run(request))
    motion = Motion([f.at_s for f in frames], np.array([f.values for f in frames]))
    for phone in phones[1::2]:
        middle = (phone.start_s + phone.end_s) / 2
        assert lips_apart(motion, middle) < 0.02
        assert motion.at("noseSneerLeft", middle) < 0.02


@pytest.mark.parametrize("emotion", FELT)
async def test_a_mood_comes_in_slowly_and_goes_on_without_a_seam(
    animate: Animator, emotion: Emotion
) -> None:
    mood = Mood(emotion, 1.0)
    parts = [
        await animate(AnimateRequest(1.3, mood=mood, mood_before=NEUTRAL, seed=4)),
        await animate(AnimateRequest(0.21, start_s=1.3, mood=NEUTRAL, mood_before=mood, seed=4)),
        await animate(AnimateRequest(1.5, start_s=1.51, mood=mood, mood_before=NEUTRAL, seed=4)),
        await animate(AnimateRequest(1.0, start_s=3.01, mood=mood, seed=4)),
    ]
    calm = await animate(AnimateRequest(4.01, seed=4))
    values = np.concatenate([p.values for p in parts])
    assert len(values) == len(calm.values)
    still = [i for i, name in enumerate(CHANNELS) if not name.startswith("eye")]
    added = (values - calm.values)[:, still]
    assert np.abs(added[0]).max() < 0.01
    slow = [*range(45, len(added))]
    assert np.abs(np.diff(added[:38], axis=0))[:, :-3].max() < 0.14
    assert np.abs(np.diff(added[slow], axis=0))[:, :-3].max() < 0.14
    assert np.abs(np.diff(added, axis=0))[:, :-3].max() < 0.4, "a fifth of a second is not a jump"


async def test_a_mood_in_a_loop_has_no_seam(animate: Animator) -> None:
    motion = await animate(
        AnimateRequest(9, behaviour="listening", seed=7, loop=True, mood=Mood("joy", 0.8))
    )
    twice = np.concatenate([motion.values, motion.values])
    steps = np.abs(np.diff(twice, axis=0))
    assert (steps[269] <= np.maximum(steps[:269].max(axis=0), 1e-4)).all()
    assert motion["mouthSmileLeft"].min() > 0.3


async def test_rounded_lips_win_over_a_smile(animate: Animator) -> None:
    happy = await animate(AnimateRequest(1.2, spell("ɑuɑ", 0.25), mood=Mood("joy", 1.0)))
    assert happy.at("mouthSmileLeft", 0.27) > 0.3
    assert happy.at("mouthSmileLeft", 0.52) < 0.5 * happy.at("mouthSmileLeft", 0.27)
    assert happy.at("mouthPucker", 0.52) > 0.5


async def test_speech_is_still_read_from_the_mouth(animate: Animator) -> None:
    phones = spell("hɑpimʌndAsoluʃənz", 0.1)
    calm = (await animate(AnimateRequest(2.2, phones, seed=1)))["jawOpen"]
    for emotion in FELT:
        moved = await animate(AnimateRequest(2.2, phones, seed=1, mood=Mood(emotion, 1.0)))
        assert np.corrcoef(calm, moved["jawOpen"])[0, 1] > 0.95


async def test_sadness_bows_the_head_and_thought_turns_the_eyes(animate: Animator) -> None:
    sad = await animate(AnimateRequest(20, behaviour="idle", seed=2, mood=Mood("sadness", 1.0)))
    calm = await animate(AnimateRequest(20, behaviour="idle", seed=2))
    lost = await animate(AnimateRequest(20, behaviour="idle", seed=2, mood=Mood("thinking", 1.0)))
    assert sad["headPitch"].mean() < calm["headPitch"].mean() - 1
    assert lost["eyeLookUpLeft"].mean() > calm["eyeLookUpLeft"].mean() + 0.1
