"""Face frames as text: base64 of signed 16-bit little-endian numbers."""

import base64
from collections.abc import Sequence

import numpy as np

from avatar_serving.errors import InvalidRequest
from avatar_serving.media import ARKIT, CHANNELS, FaceFrame

_FULL = 32767
_DEGREES = 90.0
_SCALE = np.array([_FULL] * len(ARKIT) + [_FULL / _DEGREES] * (len(CHANNELS) - len(ARKIT)))


def encode_frames(frames: Sequence[FaceFrame]) -> str:
    """Weights as v / 32767, angles as degrees * 32767 / 90; both clipped to the range."""
    values = np.array([frame.values for frame in frames], np.float64).reshape(-1, len(CHANNELS))
    numbers = np.clip(np.rint(values * _SCALE), -_FULL, _FULL).astype("<i2")
    return base64.b64encode(numbers.tobytes()).decode("ascii")


def decode_frames(text: str, time_code: float, fps: float) -> list[FaceFrame]:
    """What ``encode_frames`` wrote, the first frame at *time_code*.

    Raises:
        InvalidRequest: not whole frames in base64.
    """
    try:
        numbers = np.frombuffer(base64.b64decode(text, validate=True), "<i2")
        values = numbers.reshape(-1, len(CHANNELS)) / _SCALE
    except ValueError as error:
        raise InvalidRequest("frames: not whole frames of int16 in base64", "frames") from error
    return [FaceFrame(time_code + i / fps, tuple(row)) for i, row in enumerate(values.tolist())]
