"""What of a user's sound can be held back without anything being noticed later."""

import numpy as np
import pytest

from avatar_serving.detectors.vad.energy import EnergyConfig
from avatar_serving.session.hearing import RATE, Hearing
from avatar_serving.session.turns import Act, Patience, Turns

Done = list[tuple[int, Act]]


def heard(sound: bytes, size: int, *, patient: bool) -> tuple[Done, int]:
    """What is to be done after which message of *size* samples, and how often anybody listened."""
    turns = Turns(Patience(0.2, 0.5, judged=False))
    hearing = Hearing(EnergyConfig().build().open(silence_ms=128), turns, prefix_s=0.3, longest_s=9)
    acts, held, listened = Done(), b"", 0
    for number, at in enumerate(range(0, len(sound), 2 * size)):
        held += sound[at : at + 2 * size]
        if patient and hearing.can_wait(len(held) / 2 / RATE):
            continue
        acts += [(number, act) for act in hearing.push(held)]
        held, listened = b"", listened + 1
    return acts, listened


@pytest.mark.parametrize("size", [100, 160, 320, 511, 512, 640, 1601])
def test_nothing_is_noticed_later_by_waiting_for_whole_hops(size: int) -> None:
    rng = np.random.default_rng(1)
    loud = np.repeat([0, 1, 0, 1, 0], [8100, 9000, 12000, 5000, 16000])
    sound = (rng.normal(0, 3000, len(loud)) * loud).astype("<i2").tobytes()
    eager, every = heard(sound, size, patient=False)
    patient, some = heard(sound, size, patient=True)
    assert patient == eager and any(act is Act.OPEN for _, act in eager)
    assert some < every or size >= 511
