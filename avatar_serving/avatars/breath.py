"""Breathing: shoulders and head rise and sink a little; where the picture ends they stay."""

import math

import numpy as np

from avatar_serving.avatars.rig import Floats, Posed

PERIOD_S = 4.3
"""Fourteen breaths a minute; adults at rest take 12 to 20 (Barrett et al. 2012)."""
INHALED = 0.4
"""Share of a breath that goes in."""
RISE = 0.004
"""How far shoulders go, in image squares: two pixels of 512."""
LOWEST, SHOULDERS = -0.5, -0.25
"""Heights, in the image square, between which it grows."""


def breath_at(seconds: float) -> float:
    """0 (out) to 1 (in), the same at the same time. No two breaths are quite as long."""
    phase = (seconds / PERIOD_S + 0.06 * math.sin(seconds * 0.37)) % 1
    if phase < INHALED:
        return 0.5 - 0.5 * math.cos(math.pi * phase / INHALED)
    return 0.5 + 0.5 * math.cos(math.pi * (phase - INHALED) / (1 - INHALED))


def raised(points: Floats, breath: float) -> Floats:
    """Posed vertices (n, 3) where *breath* brings them."""
    if not breath:
        return points
    share = np.clip((points[:, 1] - LOWEST) / (SHOULDERS - LOWEST), 0, 1)
    rise = share * share * (3 - 2 * share)
    return np.asarray(points + np.outer(rise, (0, RISE * breath, 0)), np.float32)


def breathed(posed: Posed, breath: float) -> Posed:
    return Posed(*(raised(part, breath) for part in (posed.mouth, posed.eyes, posed.skin)))
