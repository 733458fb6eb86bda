"""A large avatar model of several pictures: the whole network without memory, and a tiny one."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from avatar_serving.avatars import gaussian, package
from avatar_serving.avatars.crop import Square
from avatar_serving.avatars.head_map import HeadView
from avatar_serving.avatars.manifest import EngineEntry, LicenceEntry
from avatar_serving.avatars.portrait import Portrait
from avatar_serving.avatars.splat_canvas import SplatCanvas
from avatar_serving.avatars.splat_scene import NEUTRAL
from avatar_serving.errors import StageFailed, WeightMissing
from avatar_serving.lam.shape import write_shape
from avatar_serving.stages.reconstruct import most_pictures
from avatar_serving.stages.reconstruct.head_views import MapNetwork, open_network, seen
from avatar_serving.stages.reconstruct.network_process import NetworkProcess
from avatar_serving.stages.reconstruct.portrait import PortraitReconstructConfig
from avatar_serving.stages.reconstruct.seen_splats import packed
from avatar_serving.stages.reconstruct.uika import VERSION, WORKER, UikaReconstructConfig
from avatar_serving.uika import worker
from avatar_serving.uika.network import Uika
from avatar_serving.uika.shape import UikaShape
from tests.avatars.pictures import colourful
from tests.faced import faced_package

TINY = UikaShape(
    image_px=32, patch_px=16, vision_width=16, vision_depth=4, vision_heads=2, registers=2,
    fused=(1, 3), width=16, depth=4, heads=2, map_tokens=4, channels=(8, 8, 16, 16), decoded=8,
    hidden=8,
)  # fmt: skip
RIG = package.load(faced_package())
CHANCE = np.random.default_rng(0)
LAYOUT = (0.5 + 0.2 * CHANCE.uniform(-1, 1, (468, 2))).astype(np.float32)
SOLID = np.full((64, 64), 255, np.uint8)
VIEWS = [
    HeadView(CHANCE.integers(0, 255, (64, 64, 3)).astype(np.uint8), SOLID, LAYOUT) for _ in range(3)
]
ASKED: dict[str, Any] = {
    "pictures": CHANCE.integers(0, 255, (3, 32, 32, 3)).astype(np.uint8),
    "unrolled": CHANCE.integers(0, 255, (3, 32, 32, 3)).astype(np.uint8),
    "gathered": CHANCE.random((16, 16, 4)).astype(np.float32),
    "places": CHANCE.random((50, 2)).astype(np.float32),
}


def saved(folder: Path, shape: UikaShape) -> Path:
    torch.manual_seed(0)
    network = Uika(shape)
    for name, parameter in network.named_parameters():
        if "norm" not in name:
            torch.nn.init.normal_(parameter, std=0.3)
    others = {"uv_wrapper.model.patch": torch.zeros(3)}
    save_file({**network.state_dict(), **others}, folder / "uika.safetensors")
    write_shape(shape, folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = saved(tmp_path_factory.mktemp("uika"), TINY)
    np.save(made / "layout.npy", LAYOUT)
    return made


@pytest.fixture(scope="module")
def network(folder: Path) -> Uika:
    return worker.open_network(folder, "cpu")[0]


@pytest.fixture(scope="module")
def opened(folder: Path) -> Iterator[MapNetwork]:
    process = NetworkProcess(WORKER, "", folder, "cpu", 100)
    yield open_network(process, folder)
    process.close()


def test_the_whole_network_looks_at_several_pictures() -> None:
    """Encoder 319.9, transformer 505.9, decoder 31.3 million."""
    pictures = torch.rand(3, 3, 512, 512, device="meta")
    with torch.device("meta"):
        whole = Uika(UikaShape())
        found = whole(pictures, pictures, torch.rand(4, 384, 384), torch.rand(20_000, 2))
    assert sum(p.numel() for p in whole.parameters()) / 1e6 == pytest.approx(857.1, abs=0.05)
    assert found.offset.shape == (1, 20_000, 3) and found.opacity.shape == (1, 20_000)


def test_attributes_are_within_their_ranges(network: Uika) -> None:
    found = worker.attributes(network, ASKED)
    assert np.abs(found["offset"]).max() <= 0.1 and found["offset"].std() > 0
    assert 0 < found["scale"].min() and found["scale"].max() <= 0.01 + 1e-6
    assert (0 <= found["colour"]).all() and (found["colour"] <= 1).all()
    np.testing.assert_allclose(np.linalg.norm(found["rotation"], axis=1), 1, atol=1e-5)


def test_every_picture_counts_and_their_order_does_not(network: Uika) -> None:
    whole = worker.attributes(network, ASKED)
    order = [2, 0, 1]
    turned = {name: ASKED[name][order] for name in ("pictures", "unrolled")}
    other = worker.attributes(network, {**ASKED, **turned})
    fewer = {name: ASKED[name][:2] for name in ("pictures", "unrolled")}
    less = worker.attributes(network, {**ASKED, **fewer})
    for name, array in whole.items():
        np.testing.assert_allclose(other[name], array, atol=1e-5)
    assert np.abs(less["offset"] - whole["offset"]).max() > 1e-4


def test_places_turn_with_their_patch(network: Uika) -> None:
    """Rotary: the product of two patches' vectors tells how far apart they are, not where."""
    sine, cosine = network.encoder.model.rope_embed(2)
    vector = torch.randn(sine.shape[1])
    low, high = vector.chunk(2)
    turned = vector * cosine + torch.cat([-high, low]) * sine
    products = turned @ turned.T
    assert torch.allclose(products[0, 1], products[2, 3], atol=1e-4)
    assert torch.allclose(products[0, 2], products[1, 3], atol=1e-4)
    assert not torch.allclose(products[0, 1], products[0, 3], atol=1e-2)


def test_a_package_is_made_of_it(opened: MapNetwork, network: Uika) -> None:
    mesh, splats = seen(RIG, VIEWS, 1 / 16, opened)
    alone = seen(RIG, VIEWS[:1], 1 / 16, opened)[1]
    assert np.abs(alone.colours - splats.colours).max() > 1e-3
    licence = LicenceEntry.model_validate(
        {"part": "appearance", "licence": "MIT", "class": "commercial"}
    )
    engine, start = (
        EngineEntry(name="uika", version=VERSION),
        Portrait(RIG, Square(0, 0, 64), colourful()),
    )
    read = package.read(packed(mesh, splats, start, colourful(), licence, engine))
    assert (read.manifest.type, read.manifest.engine.name) == ("gaussian", "uika")
    assert SplatCanvas(gaussian.scene(read), 48).draw(NEUTRAL).std() > 0


def test_weights_without_a_layout_are_refused(tmp_path: Path) -> None:
    """The published network's map is not ours: guessing would put eyes where the ears are."""
    idle = NetworkProcess(WORKER, "", tmp_path, "cpu", 100)
    write_shape(TINY, tmp_path)
    with pytest.raises(StageFailed, match=r"layout\.npy"):
        open_network(idle, tmp_path)
    np.save(tmp_path / "layout.npy", LAYOUT[:5])
    with pytest.raises(StageFailed, match="468"):
        open_network(idle, tmp_path)


def test_weights_of_another_size_are_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "uika.safetensors").write_bytes((folder / "uika.safetensors").read_bytes())
    write_shape(replace(TINY, hidden=4), tmp_path)
    with pytest.raises(RuntimeError, match="size mismatch"):
        worker.open_network(tmp_path, "cpu")
    (tmp_path / "uika.safetensors").unlink()
    with pytest.raises(RuntimeError, match="0 files"):
        worker.open_network(tmp_path, "cpu")


@pytest.mark.usefixtures("no_weights")
def test_without_weights_it_says_so() -> None:
    config = UikaReconstructConfig(device="cpu", pictures=4)
    assert config.required_weights()[-1] == "uika"
    assert (most_pictures(config), most_pictures(PortraitReconstructConfig())) == (4, 1)
    with pytest.raises(WeightMissing, match="uika"):
        config.build()
