"""Motion at the rate of a film."""

import numpy as np

from avatar_serving.media import FaceFrame

RATES = (24, 25, 30, 50, 60)
"""Frames a second that a film may have."""


def resampled(frames: tuple[FaceFrame, ...], fps: int, seconds: float) -> tuple[FaceFrame, ...]:
    """A frame at every 1 / *fps* s of the film, through all of *frames*.

    The curves are monotone between frames (PCHIP, Fritsch & Carlson 1980): lips that met still
    meet, and nothing overshoots.
    """
    times = np.arange(round(seconds * fps)) / fps
    at = np.array([frame.at_s for frame in frames])
    values = np.array([frame.values for frame in frames])
    if len(at) > 1:
        from scipy.interpolate import PchipInterpolator

        values = PchipInterpolator(at, values, axis=0)(np.clip(times, at[0], at[-1]))
    else:
        values = np.repeat(values, len(times), axis=0)
    return tuple(
        FaceFrame(t, tuple(row)) for t, row in zip(times.tolist(), values.tolist(), strict=True)
    )
