"""Head, eyes and lids: alive, repeatable, without seams."""

import numpy as np
import pytest

from avatar_serving.media import CHANNELS, AnimateRequest, Behaviour
from avatar_serving.stages.animate.chance import Chance
from avatar_serving.stages.animate.gaze import directions, saccades
from avatar_serving.stages.animate.life import BEARINGS
from avatar_serving.stages.animate.timeline import timeline
from tests.animate.conftest import Animator, Motion, spell

BEHAVIOURS: tuple[Behaviour, ...] = ("idle", "listening", "thinking", "speaking")


def blinks(motion: Motion) -> int:
    shut = motion["eyeBlinkLeft"] > 0.9
    return int(np.sum(shut[1:] & ~shut[:-1]))


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
async def test_blinks_are_as_frequent_as_a_person_s(
    animate: Animator, behaviour: Behaviour
) -> None:
    motion = await animate(AnimateRequest(600, behaviour=behaviour, seed=5))
    assert 12 <= blinks(motion) / 10 <= 21
    shut = motion.times[np.flatnonzero(motion["eyeBlinkLeft"] > 0.9)]
    gaps = np.diff(shut)
    gaps = gaps[gaps > 0.2]
    assert gaps.min() > 0.8 and gaps.std() > 0.8


async def test_a_blink_closes_fast_opens_slower_and_wins_over_gaze(animate: Animator) -> None:
    motion = await animate(AnimateRequest(30, behaviour="thinking", seed=2))
    lid = motion["eyeBlinkLeft"]
    peaks = np.flatnonzero(lid > 0.999)
    assert len(peaks) > 3
    for peak in peaks:
        assert lid[peak - 1] < lid[peak + 1] < 1
        for name in ("eyeLookUpLeft", "eyeLookDownRight", "eyeSquintLeft", "eyeWideRight"):
            assert motion[name][peak] < 1e-6
    assert (motion["eyeBlinkLeft"] == motion["eyeBlinkRight"]).all()


async def test_the_same_request_gives_the_same_frames(animate: Animator) -> None:
    request = AnimateRequest(3, spell("hɑlO"), behaviour="speaking", seed=7)
    one, two = await animate(request), await animate(request)
    assert (one.values == two.values).all()
    other = await animate(AnimateRequest(3, spell("hɑlO"), behaviour="speaking", seed=8))
    assert np.abs(one["headYaw"] - other["headYaw"]).max() > 0.3


async def test_stretches_join_without_a_seam(animate: Animator) -> None:
    first_s, second_s = 1.437, 2.211
    phones = spell("ˈhɑlˈOmɑmi", 0.12)
    joined = [
        await animate(AnimateRequest(first_s, phones, 0.0, seed=4)),
        await animate(AnimateRequest(second_s, phones, first_s, seed=4)),
        await animate(AnimateRequest(1.0, (), first_s + second_s, seed=4)),
    ]
    times = np.concatenate([m.times for m in joined])
    assert np.allclose(np.diff(times), 1 / 30)
    values = np.concatenate([m.values for m in joined])
    steps = np.abs(np.diff(values, axis=0))
    for seam in (len(joined[0].times) - 1, len(times) - len(joined[2].times) - 1):
        still = [i for i, name in enumerate(CHANNELS) if not name.startswith("eye")]
        assert steps[seam, still].max() < 0.15
        mouth = [CHANNELS.index(name) for name in ("jawOpen", "mouthPucker", "mouthPressLeft")]
        assert values[seam : seam + 2, mouth].max() < 0.08


async def test_head_and_eyes_do_not_depend_on_how_an_answer_is_cut(animate: Animator) -> None:
    whole = await animate(AnimateRequest(8, seed=11))
    parts = [await animate(AnimateRequest(s, (), b, seed=11)) for b, s in ((0, 2.9), (2.9, 5.1))]
    assert np.allclose(whole.values, np.concatenate([p.values for p in parts]), atol=2e-5)


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
async def test_a_loop_ends_where_it_began(animate: Animator, behaviour: Behaviour) -> None:
    motion = await animate(AnimateRequest(8, behaviour=behaviour, seed=3, loop=True))
    assert len(motion.times) == 240
    twice = np.concatenate([motion.values, motion.values])
    steps = np.abs(np.diff(twice, axis=0))
    assert (steps[239] <= np.maximum(steps[:239].max(axis=0), 1e-4)).all()
    bends = np.abs(np.diff(twice[:, -3:], 2, axis=0))
    assert bends[238:240].max() <= 1.2 * bends[:238].max()
    assert blinks(motion) >= 1


async def test_behaviours_differ_as_people_do(animate: Animator) -> None:
    seen = {b: await animate(AnimateRequest(60, behaviour=b, seed=9)) for b in BEHAVIOURS}
    up = {b: float(m["eyeLookUpLeft"].mean()) for b, m in seen.items()}
    assert up["thinking"] > 3 * max(up["idle"], up["listening"], up["speaking"])
    pace = {b: float(np.abs(np.diff(m["headYaw"])).mean()) for b, m in seen.items()}
    assert pace["speaking"] > 1.5 * max(pace["listening"], pace["idle"])
    assert seen["listening"]["browInnerUp"].mean() > seen["idle"]["browInnerUp"].mean()
    sway = np.diff(seen["listening"]["headPitch"]).min()
    assert sway < 2 * np.diff(seen["idle"]["headPitch"]).min() < 0, "it nods"
    assert all(m["jawOpen"].max() == 0 for m in seen.values())


async def test_a_stressed_word_is_nodded_to(animate: Animator) -> None:
    plain = await animate(AnimateRequest(2, spell("hɑlɑ", start_s=0.8), seed=1))
    stressed = await animate(AnimateRequest(2, spell("hˈɑlɑ", start_s=0.8), seed=1))
    lower = plain["headPitch"] - stressed["headPitch"]
    assert lower.max() > 0.5
    assert 0.8 < stressed.times[np.argmax(lower)] < 1.2
    assert abs(lower[0]) < 1e-4 and abs(lower[-1]) < 1e-4


async def test_eyes_stay_on_the_viewer_while_the_head_turns(animate: Animator) -> None:
    motion = await animate(AnimateRequest(60, behaviour="listening", seed=6))
    left = np.diff(motion["eyeLookOutLeft"] - motion["eyeLookInLeft"])
    yaw = np.diff(motion["headYaw"])
    between_jumps = np.abs(yaw) > 0.02
    assert np.median(left[between_jumps] / yaw[between_jumps]) == pytest.approx(-0.8 / 30, rel=0.05)


def onsets(motion: Motion) -> np.ndarray:
    """Times at which the lids shut."""
    shut = motion["eyeBlinkLeft"] > 0.9
    return motion.times[1:][shut[1:] & ~shut[:-1]]


async def test_gaps_between_blinks_are_skewed_and_longer_in_thought(animate: Animator) -> None:
    gaps = {
        b: np.concatenate(
            [
                np.diff(onsets(await animate(AnimateRequest(300, behaviour=b, seed=seed))))
                for seed in (1, 2)
            ]
        )
        for b in ("idle", "thinking", "speaking")
    }
    for found in gaps.values():
        assert np.mean(found) > 1.15 * np.median(found), "mostly short, sometimes long"
        assert 0.5 < np.std(found) / np.mean(found) < 1.0
    assert gaps["thinking"].mean() > 1.15 * gaps["idle"].mean() > gaps["speaking"].mean()
    assert all(15 <= 60 / gaps[b].mean() <= 21 for b in ("idle", "speaking"))


def test_saccades_are_sized_timed_and_aimed_as_measured_in_conversations() -> None:
    line = timeline(AnimateRequest(3000), 30)
    jumps = saccades(BEARINGS["speaking"].gazing, Chance(5, "speaking"), line)
    large = np.array([j.degrees for j in jumps if j.degrees > 3])
    assert 5 < large.mean() < 9 and large.max() < 15
    assert np.mean(large < 7) > np.mean(large >= 7) * 0.9, "the larger the rarer"
    assert all(0.025 <= j.seconds < 0.065 for j in jumps)
    upright = [abs(j.x_deg) < 0.01 or abs(j.y_deg) < 0.01 for j in jumps if j.degrees > 3]
    assert np.mean(upright) > 0.6


def test_a_listener_looks_at_the_speaker_and_a_speaker_looks_away_more() -> None:
    line = timeline(AnimateRequest(300), 30)
    away = {}
    for behaviour in BEHAVIOURS:
        gazing = BEARINGS[behaviour].gazing
        jumps = saccades(gazing, Chance(2, behaviour), line)
        gaze = directions(np.zeros(2), jumps, line)
        away[behaviour] = float(np.mean(np.hypot(*gaze.T) > 2.1))
    assert away["listening"] < 0.09 < away["idle"] < away["speaking"] < away["thinking"]
    assert away["speaking"] == pytest.approx(0.93 / (0.93 + 3.1), abs=0.06)


async def test_a_listener_nods_and_raises_the_brows(animate: Animator) -> None:
    motion = await animate(AnimateRequest(120, behaviour="listening", seed=8))
    brows = motion["browOuterUpLeft"] > 0.15
    raises = int(np.sum(brows[1:] & ~brows[:-1]))
    assert 10 <= raises <= 30
    idle = await animate(AnimateRequest(120, behaviour="idle", seed=8))
    assert idle["browOuterUpLeft"].max() < 0.01
