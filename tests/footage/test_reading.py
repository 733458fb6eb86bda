"""Films that people send: pictures at even times, and reasons for what cannot be."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from avatar_serving.errors import FootageRejected
from avatar_serving.footage.hearing import heard_in
from avatar_serving.footage.reading import pictures
from avatar_serving.footage.shelf import Shelf
from avatar_serving.samples import to_pcm
from avatar_serving.video import Sound, write_mp4
from tests.film.test_recording import tone, wav


def film(path: Path, seconds: float, fps: int = 25, sound: Sound | None = None) -> bytes:
    """Pictures that become brighter, from 40 to 200."""

    def shown() -> Iterator[np.ndarray]:
        for level in np.linspace(40, 200, round(seconds * fps)):
            yield np.full((64, 96, 3), round(level), np.uint8)

    write_mp4(path, shown(), fps, sound)
    return path.read_bytes()


def humming(seconds: float, level: float = 1.0) -> Sound:
    return Sound(to_pcm((level * tone(seconds, 48_000).ravel()).astype(np.float32)), 48_000)


@pytest.mark.parametrize(("fps", "kept"), [(25, 25), (50, 25), (60, 30)])
def test_pictures_come_at_even_times(tmp_path: Path, fps: int, kept: int) -> None:
    read = list(pictures(film(tmp_path / "a.mp4", 8.4, fps, humming(8.4))))
    levels = np.array([one.picture.mean() for one in read])
    assert {one.fps for one in read} == {kept}
    assert abs(len(read) - 8.4 * kept) <= 1
    assert np.allclose(levels, np.linspace(40, 200, len(read)), atol=3)
    assert read[-1].share == pytest.approx(1, abs=0.01)


def test_large_films_become_smaller(tmp_path: Path) -> None:
    black = (np.zeros((1080, 1920, 3), np.uint8) for _ in range(5))
    write_mp4(tmp_path / "a.mp4", black, 25)
    assert next(pictures((tmp_path / "a.mp4").read_bytes())).picture.shape == (720, 1280, 3)


@pytest.mark.parametrize(
    ("seconds", "fps", "check"), [(3.0, 25, "length"), (182.0, 10, "length"), (9.0, 5, "rate")]
)
def test_films_that_do_not_serve(tmp_path: Path, seconds: float, fps: int, check: str) -> None:
    with pytest.raises(FootageRejected) as refused:
        list(pictures(film(tmp_path / "a.mp4", seconds, fps)))
    assert refused.value.check == check


def test_files_that_are_no_films(tmp_path: Path) -> None:
    whole = film(tmp_path / "a.mp4", 12.0, 25, humming(12.0))
    for data in (b"no film", b"", wav(tone(9.0)), whole[:900], whole[: len(whole) // 2]):
        with pytest.raises(FootageRejected) as refused:
            list(pictures(data))
        assert refused.value.check in {"decodable", "truncated"}


def test_films_in_which_nothing_is_heard(tmp_path: Path) -> None:
    for sound in (None, humming(9.0, 0.001)):
        assert heard_in(film(tmp_path / "a.mp4", 9.0, 25, sound)) is None
    for data in (b"no film", b""):
        with pytest.raises(FootageRejected) as refused:
            heard_in(data)
        assert refused.value.check == "decodable"


def test_refusals_cross_processes() -> None:
    import pickle

    error = pickle.loads(pickle.dumps(FootageRejected("face", "no face")))
    assert isinstance(error, FootageRejected) and error.check == "face"


def test_pictures_are_found_again() -> None:
    rng = np.random.default_rng(1)
    kept = [np.full((32, 48, 3), rng.integers(0, 255, 3), np.uint8) for _ in range(5)]
    with closing(Shelf()) as shelf:
        for picture in kept:
            shelf.add(picture)
        assert len(shelf) == 5
        for number in (3, 0, 4):
            assert np.abs(shelf[number].astype(int) - kept[number]).max() <= 2
