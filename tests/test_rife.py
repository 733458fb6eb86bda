"""The network between two pictures: its file is read without running it; what moved is found."""

import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from avatar_serving import weights
from avatar_serving.between import warp
from avatar_serving.errors import WeightsError
from avatar_serving.rife.checkpoint import NoCheckpoint, read_tensors
from avatar_serving.rife.frames import Rife


def checkpoint(path: Path, content: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", content)
        archive.writestr("archive/data/0", np.arange(6, dtype=np.float32).tobytes())
    return path


def tensor(shape: str, stride: str, offset: str = "K\x00") -> bytes:
    """A pickle, by hand, of {"w": a tensor on the storage 0}."""
    stored = "(X\x07\x00\x00\x00storagectorch\nFloatStorage\n"
    stored += "X\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x06tQ"
    rebuilt = f"ctorch._utils\n_rebuild_tensor_v2\n({stored}{offset}{shape}{stride}\x89}}tR"
    return f"\x80\x02}}X\x01\x00\x00\x00w{rebuilt}s.".encode("latin-1")


def test_tensors_are_read_by_their_strides(tmp_path: Path) -> None:
    file = checkpoint(tmp_path / "a.pkl", tensor("K\x02K\x03\x86", "K\x01K\x02\x86"))
    assert read_tensors(file)["w"].tolist() == [[0, 2, 4], [1, 3, 5]]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (tensor("K\x02K\x04\x86", "K\x04K\x01\x86"), "beyond its storage"),
        (pickle.dumps({"w": Path("a")}), "it wants pathlib"),
        (b"\x80\x02cos\nsystem\n(X\x04\x00\x00\x00truetR.", "it wants os.system"),
        (b"", "out of input"),
    ],
)
def test_what_is_no_tensor_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(NoCheckpoint, match=why):
        read_tensors(checkpoint(tmp_path / "a.pkl", content))


def test_files_of_another_kind_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.pkl").write_bytes(b"\x80\x02}.")
    with pytest.raises(NoCheckpoint):
        read_tensors(tmp_path / "a.pkl")


@pytest.fixture(scope="module")
def network() -> Rife:
    try:
        weights.path("rife")
    except WeightsError as error:
        pytest.skip(f"LOUD: {error}")
    return Rife()


def head() -> NDArray[np.uint8]:
    import skimage.data

    return np.ascontiguousarray(skimage.data.astronaut()[20:220, 130:320])


@pytest.mark.weights
def test_far_moves_are_found(network: Rife) -> None:
    """A head moves by 24 pixels, in a picture whose sides are no multiples of the network's."""
    first = head()
    shifted = [warp(first, np.full((*first.shape[:2], 2), (-by, 0), np.float32)) for by in (12, 24)]
    middle, second = (np.rint(picture).astype(np.uint8) for picture in shifted)
    found = network.between(first, second, 0.5)
    inner = slice(40, 160)
    error = np.abs(found[:, inner].astype(int) - middle[:, inner]).mean()
    mixed = np.abs((first[:, inner] / 2 + second[:, inner] / 2) - middle[:, inner]).mean()
    assert found.shape == first.shape and error < 0.2 * mixed


@pytest.mark.weights
def test_the_ends_are_the_pictures(network: Rife) -> None:
    first = head()
    second = np.ascontiguousarray(np.roll(first, 3, 1))
    for progress, wanted in ((0.0, first), (1.0, second)):
        found = network.between(first, second, progress)[:, 20:170].astype(int)
        assert np.abs(found - wanted[:, 20:170]).mean() < 3
