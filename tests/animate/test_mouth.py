"""What lips and jaw do under speech."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avatar_serving.flow import collect
from avatar_serving.media import CHANNELS, AnimateRequest, Phone
from avatar_serving.stages.animate import PhonesConfig
from avatar_serving.stages.animate.segments import segments
from avatar_serving.stages.animate.visemes import known
from tests.animate.conftest import Animator, Motion, spell

OPENERS = ("mouthLowerDownLeft", "mouthUpperUpLeft", "mouthFunnel", "tongueOut")
MISAKI = "AIOWYQabdefhijklmnopstuvwzæðŋɑɔəɛɜɡɪɹɾʃʊʌʒʤʧθTᵊᵻɐ"
MANDARIN = "aeiouypfmntlkxʨɕʦsɻʂꭧŋɤəɛʊɨjwɥ"


def lips_apart(motion: Motion, at_s: float) -> float:
    """How far the lips are from touching, in jaw units: mouthClose takes back jawOpen."""
    gap = motion.at("jawOpen", at_s) - motion.at("mouthClose", at_s)
    return gap + sum(motion.at(name, at_s) for name in OPENERS)


@pytest.mark.parametrize("closure", "pbm")
@pytest.mark.parametrize("vowel", ["ɑ", "i", "u", "O"])
@pytest.mark.parametrize("each_s", [0.03, 0.05, 0.12])
async def test_lips_meet_on_bilabials(
    animate: Animator, closure: str, vowel: str, each_s: float
) -> None:
    phones = spell([vowel, closure, vowel, closure, vowel], each_s)
    motion = await animate(AnimateRequest(1.2, phones))
    for phone in phones[1::2]:
        middle = (phone.start_s + phone.end_s) / 2
        assert lips_apart(motion, middle) < 0.01
        assert motion.at("mouthPressLeft", middle) > 0.15


async def test_a_closure_is_seen_wherever_frames_fall(animate: Animator) -> None:
    for i in range(12):
        phones = spell(["ɑ", "b", "ɑ"], 0.04, 0.2 + i / 360)
        motion = await animate(AnimateRequest(1.0, phones))
        assert lips_apart(motion, (phones[1].start_s + phones[1].end_s) / 2) < 0.01


@pytest.mark.parametrize("sound", "fv")
async def test_lower_lip_meets_teeth(animate: Animator, sound: str) -> None:
    phones = spell(["ɑ", sound, "ɑ"])
    motion = await animate(AnimateRequest(1.0, phones))
    middle = (phones[1].start_s + phones[1].end_s) / 2
    assert motion.at("mouthRollLower", middle) > 0.4
    assert motion.at("mouthLowerDownLeft", middle) < 0.01
    assert motion.at("jawOpen", middle) < 0.2
    assert motion.at("mouthUpperUpLeft", middle) > 0.1


async def test_both_closures_of_a_cluster_are_reached(animate: Animator) -> None:
    phones = spell(["ʌ", "m", "f", "ɹ", "t"], 0.06)
    motion = await animate(AnimateRequest(1.0, phones))
    assert lips_apart(motion, phones[1].start_s + 0.03) < 0.02
    assert motion.at("mouthRollLower", phones[2].start_s + 0.03) > 0.38


@pytest.mark.parametrize("sound", ["s", "z", "ʃ", "ʤ", "ʨ"])
async def test_teeth_come_together_on_sibilants(animate: Animator, sound: str) -> None:
    phones = spell(["ɑ", sound, "ɑ"], 0.12)
    motion = await animate(AnimateRequest(1.0, phones))
    assert motion.at("jawOpen", phones[1].start_s + 0.06) < 0.16
    assert motion.at("jawOpen", phones[0].start_s + 0.06) > 0.4


async def test_rounding_begins_before_the_sound_but_not_too_early(animate: Animator) -> None:
    phones = (*spell(["ɑ", "t"], 0.25), Phone("w", 0.65, 0.75), Phone("i", 0.75, 0.9))
    motion = await animate(AnimateRequest(1.2, phones))
    assert motion.at("mouthPucker", 0.60) > 0.25
    assert motion.at("mouthPucker", 0.40) < 0.03
    assert motion.at("mouthPucker", 0.70) > 0.5


async def test_tongue_shows_on_th_and_nowhere_else(animate: Animator) -> None:
    phones = spell(["ɑ", "θ", "ɑ", "t", "ɑ"], 0.1)
    motion = await animate(AnimateRequest(1.0, phones))
    assert motion.at("tongueOut", 0.30) > 0.2
    assert motion.at("tongueOut", 0.50) < 0.02


async def test_silence_is_a_closed_mouth(animate: Animator) -> None:
    phones = (*spell("hɑ"), Phone(",", 0.33, 0.4), *spell("hɑ", start_s=0.9))
    motion = await animate(AnimateRequest(1.5, phones))
    for at_s in (0.0, 0.6, 0.7, 1.45):
        for name in ("jawOpen", "mouthFunnel", "mouthPucker", "mouthLowerDownLeft"):
            assert motion.at(name, at_s) < 0.02
    assert motion.at("jawOpen", 0.27) > 0.3


async def test_a_diphthong_glides(animate: Animator) -> None:
    motion = await animate(AnimateRequest(1.0, (Phone("I", 0.3, 0.6),)))
    assert motion.at("jawOpen", 0.38) > 0.4
    assert motion.at("jawOpen", 0.56) < 0.35
    assert motion.at("mouthStretchLeft", 0.55) > motion.at("mouthStretchLeft", 0.36)


async def test_stress_opens_wider(animate: Animator) -> None:
    phones = (
        Phone("ɑ", 0.2, 0.35),
        Phone("t", 0.35, 0.45),
        Phone("ˈ", 0.45, 0.5),
        Phone("ɑ", 0.5, 0.6),
    )
    motion = await animate(AnimateRequest(1.0, phones))
    assert motion.at("jawOpen", 0.53) > motion.at("jawOpen", 0.28) + 0.05


async def test_the_jaw_moves_smoothly(animate: Animator) -> None:
    phones = spell(list("pɑsɑkɑmɑʃɑtɑbɑfɑ"), 0.06)
    jaw = (await animate(AnimateRequest(1.6, phones)))["jawOpen"]
    assert np.abs(np.diff(jaw)).max() < 0.25
    assert np.abs(np.diff(jaw, 3)).max() < 0.8


def test_every_letter_of_the_speech_engines_is_known() -> None:
    assert [letter for letter in MISAKI + MANDARIN if not known(letter)] == []


def test_marks_belong_to_their_letters() -> None:
    marked = (
        Phone("ˈ", 0.0, 0.1),
        Phone("ɑ", 0.1, 0.2),
        Phone("ː", 0.2, 0.3),
        Phone("t", 0.3, 0.4),
    )
    vowel, stop = segments(marked, 1.0)
    assert (vowel.start_s, vowel.end_s) == (0.0, 0.3)
    assert vowel.accent and not stop.accent
    toned = segments((Phone("ma↘", 0.0, 0.3),), 1.0)
    assert len(toned) == 2 and toned[1].accent


def test_segments_are_in_order_and_inside() -> None:
    messy = (Phone("b", 0.5, 0.7), Phone("ɑ", -0.2, 0.6), Phone("x", 0.9, 1.4), Phone("", 0, 1))
    found = segments(messy, 1.0)
    assert all(0 <= s.start_s < s.end_s <= 1.0 for s in found)
    assert all(a.end_s <= b.start_s + 1e-9 for a, b in zip(found, found[1:], strict=False))


phone_letters = st.sampled_from(list(MISAKI + MANDARIN + "ˈˌː↘↗→↓ ,.?❓x̯"))


@st.composite
def speeches(draw: st.DrawFn) -> tuple[Phone, ...]:
    at, phones = draw(st.floats(0, 0.3)), []
    for letter in draw(st.lists(phone_letters, max_size=30)):
        at += draw(st.sampled_from([0.0, 0.0, 0.02, 0.2]))
        length = draw(st.floats(0.0, 0.3))
        phones.append(Phone(letter, at, at + length))
        at += length
    return tuple(phones)


@settings(max_examples=60, deadline=None)
@given(speeches(), st.floats(0, 50), st.floats(0, 6), st.booleans(), st.integers(0, 2**40))
async def test_any_speech_gives_bounded_finite_frames_on_the_grid(
    phones: tuple[Phone, ...], start_s: float, seconds: float, loop: bool, seed: int
) -> None:
    request = AnimateRequest(seconds, phones, start_s, seed=seed, loop=loop)
    frames = await collect(PhonesConfig().build().run(request))
    values = np.array([f.values for f in frames]).reshape(-1, len(CHANNELS))
    assert np.isfinite(values).all()
    assert values[:, :-3].min(initial=0) >= 0 and values[:, :-3].max(initial=0) <= 1
    assert (np.abs(values[:, -3:]) <= [6, 4, 3]).all()
    ticks = np.array([f.at_s for f in frames]) * 30
    assert np.allclose(ticks, np.round(ticks))
    assert all(start_s - 1e-6 <= f.at_s < start_s + seconds for f in frames)
