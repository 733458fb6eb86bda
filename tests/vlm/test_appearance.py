"""What hair is told from: its colour above the face, and what hangs beside the jaw."""

import numpy as np
import pytest

from avatar_serving.stages.vlm.appearance import Scene, hair

SKIN = (60.0, 15.0, 18.0)
DRESS = (20.0, 5.0, 6.0)
"""As dark as hair in the shade."""


def person(hangs: bool, shown: float = 1.0) -> Scene:
    """Hair that grows lighter downwards, on one side to the chest; *shown*: the matte of it."""
    down, across = np.mgrid[-0.5:1.6:210j, -1:1:200j].astype(np.float32)
    oval = (across / 0.5) ** 2 + ((down - 0.5) / 0.55) ** 2 < 1
    lightness = 20 + 12 * np.clip(down + 0.5, 0, 1)
    strands = np.stack([lightness, np.full_like(down, 8), np.full_like(down, 12)], -1)
    crown = (down < 0.3) & (abs(across) < 0.75) & ~oval
    side = (across > 0.4) & (across < 0.85) & ~oval if hangs else np.zeros_like(oval)
    lab = np.full((*down.shape, 3), (80, 0, -10), np.float32)
    lab[down > 1.05] = DRESS
    lab[oval] = SKIN
    lab[crown | side] = strands[crown | side]
    matte = (crown | oval | (down > 1.05)).astype(np.float32)
    matte[side & ~crown] = shown
    return Scene(lab, matte, across, down, oval, np.array(SKIN, np.float32))


@pytest.mark.parametrize(
    ("place", "length"),
    [
        (person(hangs=True), "long"),
        (person(hangs=False), "short"),
        (person(hangs=True, shown=0.0), "short"),
    ],
)
def test_hair_is_long_where_it_hangs_beside_the_jaw(place: Scene, length: str) -> None:
    told = hair(place)
    assert told is not None and told.startswith(length) and told.endswith("hair")


def test_a_bald_head_has_little_hair() -> None:
    place = person(hangs=False)
    place.lab[(place.down < 0.3) & (place.matte > 0.5)] = SKIN
    assert hair(place) == "little or no hair"
