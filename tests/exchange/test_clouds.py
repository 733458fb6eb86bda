"""Splats as .ply and .spz: what is written is what others read."""

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from avatar_serving.avatars import package
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.splat_refine import covered
from avatar_serving.avatars.splats import Gaussians, covariances, matrices
from avatar_serving.errors import PackageInvalid
from avatar_serving.exchange import METRES, ply, spz
from tests.avatars.pictures import colourful
from tests.exchange.node import needs_node, told

CHANCE = np.random.default_rng(5)


def random_cloud(count: int = 200) -> Gaussians:
    turns = CHANCE.normal(size=(count, 4))
    return Gaussians(
        means=CHANCE.uniform(-0.5, 0.5, (count, 3)).astype(np.float32),
        scales=np.exp(CHANCE.uniform(-8, -4, (count, 3))).astype(np.float32),
        rotations=(turns / np.linalg.norm(turns, axis=1, keepdims=True)).astype(np.float32),
        colours=CHANCE.random((count, 3), np.float32),
        opacities=CHANCE.uniform(0.05, 0.99, count).astype(np.float32),
    )


CLOUD = random_cloud()


@pytest.mark.parametrize(
    ("write", "read", "fine"),
    [(ply.write_ply, ply.read_ply, 1e-5), (spz.write_spz, spz.read_spz, 1 / 255)],
)
def test_a_cloud_comes_back(
    write: Callable[[Gaussians], bytes], read: Callable[[bytes], Gaussians], fine: float
) -> None:
    again = read(write(CLOUD))
    np.testing.assert_allclose(again.means, CLOUD.means, atol=1e-5)
    np.testing.assert_allclose(again.scales, CLOUD.scales, rtol=max(1e-5, 10 * fine))
    np.testing.assert_allclose(again.colours, CLOUD.colours, atol=2 * fine)
    np.testing.assert_allclose(again.opacities, CLOUD.opacities, atol=fine)
    same = np.abs((again.rotations * CLOUD.rotations).sum(1))
    np.testing.assert_allclose(same, 1, atol=1e-4)


def test_a_flipped_cloud_is_turned_half_round() -> None:
    half = np.diag([1.0, -1, -1])
    turned = ply.flipped(CLOUD)
    np.testing.assert_allclose(turned.means, CLOUD.means @ half, atol=1e-6)
    np.testing.assert_allclose(
        matrices(turned.rotations), half @ matrices(CLOUD.rotations), atol=1e-5
    )


@needs_node
def test_niantics_library_reads_the_spz(tmp_path: Path) -> None:
    file = tmp_path / "cloud.spz"
    file.write_bytes(spz.write_spz(CLOUD))
    seen, ours = told("spz.mjs", file), spz.read_spz(file.read_bytes())
    assert (seen["count"], seen["degree"]) == (len(CLOUD.means), 0)
    for name, wanted in (
        ("positions", ours.means * METRES),
        ("scales", ours.scales * METRES),
        ("rotations", np.roll(ours.rotations, -1, 1)),
        ("opacities", ours.opacities[:, None]),
        ("colours", ours.colours),
    ):
        found = np.array(seen[name]).reshape(50, -1)
        np.testing.assert_allclose(found, wanted[:50], atol=2e-4, err_msg=name)


@needs_node
def test_three_reads_the_ply(tmp_path: Path) -> None:
    file = tmp_path / "cloud.ply"
    file.write_bytes(ply.write_ply(CLOUD))
    seen = told("ply.mjs", file)
    assert seen["count"] == len(CLOUD.means)

    def column(name: str) -> np.ndarray:
        return np.array(seen[name]).reshape(50, -1)

    down = CLOUD.means[:50] * METRES * [1, -1, -1]
    np.testing.assert_allclose(column("position"), down, atol=1e-6)
    np.testing.assert_allclose(
        column("harmonic") * ply.HARMONIC + 0.5, CLOUD.colours[:50], atol=1e-5
    )
    np.testing.assert_allclose(
        1 / (1 + np.exp(-column("opacity")[:, 0])), CLOUD.opacities[:50], atol=1e-5
    )
    found = covariances(np.exp(column("scale")), column("rotation"))
    ours = covariances(CLOUD.scales[:50] * METRES, CLOUD.rotations[:50])
    np.testing.assert_allclose(found, ours * [1, -1, -1, 1, 1, 1], rtol=1e-2, atol=1e-9)


def test_an_avatar_is_small_as_spz() -> None:
    cloud = covered(package.load(plain_package(colourful())), 1 / 60).cloud()
    assert len(spz.write_spz(cloud)) < len(ply.write_ply(cloud)) / 4


PLY, SPZ = ply.write_ply(CLOUD), spz.write_spz(CLOUD)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        PLY[:-4],
        PLY + b"\0" * 4,
        PLY.replace(b"little", b"big"),
        PLY.replace(b"property float opacity\n", b""),
        PLY.replace(b"vertex 200", b"vertex 999999999"),
        PLY.replace(b"float x", b"list uchar int x"),
        PLY[:-4] + struct.pack("<f", np.nan),
        b"ply\n" + b"x" * 20_000,
    ],
)
def test_damaged_ply_is_refused(data: bytes) -> None:
    with pytest.raises(PackageInvalid):
        ply.read_ply(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        SPZ[:-20],
        b"no gzip",
        gzip.compress(b"NGSP"),
        gzip.compress(b"XXXX" + bytes(100)),
        gzip.compress(spz.HEADER.pack(b"NGSP", 3, 10**6, 0, 12, 0)),
        gzip.compress(spz.HEADER.pack(b"NGSP", 9, 1, 0, 12, 0) + bytes(20)),
        gzip.compress(bytes(2**26), 1),
    ],
)
def test_damaged_spz_is_refused(data: bytes) -> None:
    with pytest.raises(PackageInvalid):
        spz.read_spz(data)
