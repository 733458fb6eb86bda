import base64

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_serving.errors import InvalidRequest
from avatar_serving.media import ARKIT, CHANNELS, FaceFrame
from avatar_serving.protocol.motion import decode_frames, encode_frames

VALUES = st.tuples(*[st.floats(0, 1)] * len(ARKIT), *[st.floats(-90, 90)] * 3)


def frame(at_s: float = 0.0, **values: float) -> FaceFrame:
    return FaceFrame(at_s, tuple(values.get(name, 0.0) for name in CHANNELS))


@given(st.lists(VALUES, max_size=3))
def test_frames_survive_the_wire(rows: list[tuple[float, ...]]) -> None:
    frames = [FaceFrame(1.5 + i / 30, values) for i, values in enumerate(rows)]
    got = decode_frames(encode_frames(frames), 1.5, 30)
    assert [f.at_s for f in got] == pytest.approx([f.at_s for f in frames])
    for sent, read in zip(frames, got, strict=True):
        np.testing.assert_allclose(read.values[:52], sent.values[:52], atol=0.51 / 32767)
        np.testing.assert_allclose(read.values[52:], sent.values[52:], atol=0.51 * 90 / 32767)


def test_the_numbers_are_those_of_the_protocol_page() -> None:
    text = encode_frames([frame(jawOpen=1.0, headYaw=-90.0, headPitch=45.0)])
    numbers = np.frombuffer(base64.b64decode(text), "<i2")
    assert numbers[CHANNELS.index("jawOpen")] == 32767
    assert numbers[CHANNELS.index("headYaw")] == -32767
    assert numbers[CHANNELS.index("headPitch")] == 16384


def test_what_is_out_of_range_is_clipped() -> None:
    read = decode_frames(encode_frames([frame(jawOpen=7.0, headRoll=-400.0)]), 0, 30)[0]
    assert read.values[CHANNELS.index("jawOpen")] == 1.0
    assert read.values[CHANNELS.index("headRoll")] == -90.0


@pytest.mark.parametrize("text", ["AAAA", "?", "AAA"])
def test_part_of_a_frame_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        decode_frames(text, 0, 30)
