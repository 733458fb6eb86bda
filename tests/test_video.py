"""MP4 writing, read back by the decoder."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from avatar_serving.errors import InvalidRequest
from avatar_serving.video import Sound, write_mp4

FPS, RATE = 30, 24_000


def flash(seconds: float, at_s: float, side: int = 64) -> Iterator[NDArray[np.uint8]]:
    """Black pictures, white from *at_s* on."""
    for i in range(round(seconds * FPS)):
        yield np.full((side, side + 1, 3), 255 if i / FPS >= at_s else 0, np.uint8)


def click(seconds: float, at_s: float, channels: int = 1) -> Sound:
    """Silence, then noise from *at_s* on."""
    samples = np.zeros((round(seconds * RATE), channels), "<i2")
    samples[round(at_s * RATE) :] = 12_000
    samples[::2] *= -1
    return Sound(samples.tobytes(), RATE, channels)


@pytest.mark.parametrize("channels", [1, 2])
def test_sound_and_picture_are_in_step(tmp_path: Path, channels: int) -> None:
    import av

    path = tmp_path / "a.mp4"
    assert write_mp4(path, flash(2, 1), FPS, click(2, 1, channels)) == 2
    with av.open(str(path)) as file:
        lit = next(f.time for f in file.decode(video=0) if f.to_ndarray(format="gray").mean() > 128)
    with av.open(str(path)) as file:
        heard = []
        for frame in file.decode(audio=0):
            loud = np.flatnonzero(np.abs(frame.to_ndarray()[0]) > 0.1)
            heard += [frame.time + int(i) / RATE for i in loud[:1]]
    assert lit == pytest.approx(1.0, abs=1e-3)
    assert heard[0] == pytest.approx(1.0, abs=0.012)


def test_the_file_plays_everywhere(tmp_path: Path) -> None:
    import av

    path = tmp_path / "a.mp4"
    write_mp4(path, flash(1, 0.5), FPS, click(1, 0.5))
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat"), "the index comes first"
    with av.open(str(path)) as file:
        video, audio = file.streams.video[0], file.streams.audio[0]
        assert (video.codec_context.name, video.pix_fmt) == ("h264", "yuv420p")
        assert (video.width, video.height, video.average_rate) == (64, 64, FPS)
        assert (audio.codec_context.name, audio.rate) == ("aac", RATE)
        assert sum(1 for _ in file.decode(video=0)) == FPS


def test_pictures_without_sound(tmp_path: Path) -> None:
    import av

    write_mp4(tmp_path / "a.mp4", flash(0.5, 0.2), FPS)
    with av.open(str(tmp_path / "a.mp4")) as file:
        assert len(file.streams.audio) == 0


def test_no_frames_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="at least one frame"):
        write_mp4(tmp_path / "a.mp4", iter(()), FPS)
    assert list(tmp_path.iterdir()) == []


def test_frames_of_two_sizes_are_refused(tmp_path: Path) -> None:
    frames = [np.zeros((64, 64, 3), np.uint8), np.zeros((32, 64, 3), np.uint8)]
    with pytest.raises(InvalidRequest, match="frame 1 differs"):
        write_mp4(tmp_path / "a.mp4", frames, FPS)
    assert list(tmp_path.iterdir()) == []
