"""A large avatar model: the whole network without memory, a tiny one in a process of its own."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from avatar_serving.avatars import gaussian, package
from avatar_serving.avatars.crop import Square
from avatar_serving.avatars.dense import dense
from avatar_serving.avatars.manifest import EngineEntry, LicenceEntry
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.portrait import Portrait
from avatar_serving.avatars.splat_canvas import SplatCanvas
from avatar_serving.avatars.splat_scene import NEUTRAL
from avatar_serving.child.wire import read_message, write_message
from avatar_serving.errors import EngineLost, OutOfMemory, StageFailed, StageTimeout, WeightMissing
from avatar_serving.lam import worker
from avatar_serving.lam.network import Lam
from avatar_serving.lam.shape import LamShape, write_shape
from avatar_serving.stages.reconstruct import lam as stage
from avatar_serving.stages.reconstruct.lam import WORKER, LamReconstructConfig
from avatar_serving.stages.reconstruct.network_process import NetworkProcess
from avatar_serving.stages.reconstruct.seen_splats import HEAD_M, drawn_alone, in_metres, packed
from tests.avatars.pictures import colourful

TINY = LamShape(
    image_px=28, vision_width=16, vision_depth=4, vision_heads=2, registers=2, fused=(1, 3),
    width=16, depth=2, heads=2, hidden=8,
)  # fmt: skip
RIG = package.load(plain_package(colourful()))
POINTS = np.random.default_rng(0).normal(0, 0.1, (50, 3)).astype(np.float32)
PICTURE = np.random.default_rng(1).integers(0, 255, (28, 28, 3)).astype(np.uint8)
ASKED = {"picture": PICTURE, "points": POINTS}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("lam")
    torch.manual_seed(0)
    network = Lam(TINY)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    others = {"renderer.flame_model.shapedirs": torch.zeros(3)}
    save_file({**network.state_dict(), **others}, made / "model.safetensors")
    write_shape(TINY, made)
    return made


@pytest.fixture(scope="module")
def process(folder: Path) -> Iterator[NetworkProcess]:
    made = NetworkProcess(WORKER, "", folder, "cpu", 100)
    yield made
    made.close()


def test_the_whole_network_has_as_many_parameters_as_published() -> None:
    with torch.device("meta"):
        network = Lam(LamShape())
        assert sum(p.numel() for p in network.parameters()) / 1e6 == pytest.approx(557.6, abs=0.05)
        found = network(torch.rand(1, 3, 518, 518), torch.rand(1, 20_018, 3))
    assert found.offset.shape == (1, 20_018, 3) and found.rotation.shape == (1, 20_018, 4)


def test_attributes_are_within_their_ranges(folder: Path) -> None:
    network, shape = worker.open_network(folder, "cpu")
    assert shape == TINY
    found = worker.attributes(network, {"picture": PICTURE, "points": 50 * POINTS})
    assert np.abs(found["offset"]).max() <= 0.1 and found["offset"].std() > 0
    assert 0 < found["scale"].min() and found["scale"].max() <= 0.01 + 1e-6
    assert (0 <= found["colour"]).all() and (found["colour"] <= 1).all()
    np.testing.assert_allclose(np.linalg.norm(found["rotation"], axis=1), 1, atol=1e-5)
    other = worker.attributes(network, {"picture": 255 - PICTURE, "points": 50 * POINTS})
    assert np.abs(found["colour"] - other["colour"]).max() > 1e-3, "it looks at the picture"


def test_the_process_answers_as_the_network(folder: Path, process: NetworkProcess) -> None:
    assert process.start() == TINY.image_px
    found = process.attributes(ASKED)
    network, _ = worker.open_network(folder, "cpu")
    wanted = worker.attributes(network, ASKED)
    assert found.keys() == wanted.keys()
    for name, array in wanted.items():
        np.testing.assert_allclose(found[name], array, atol=1e-5)


def test_it_goes_on_after_a_wrong_picture_and_a_death(process: NetworkProcess) -> None:
    with pytest.raises(StageFailed, match="size|shape|dimension"):
        process.attributes({**ASKED, "picture": PICTURE[:14]})
    before = process._child._process
    assert process.attributes(ASKED) and process._child._process is before
    assert before is not None
    before.kill()
    try:
        process.attributes(ASKED)  # dead already when asked: it is started again
    except EngineLost as error:
        assert error.retryable
    assert process.attributes(ASKED) and process._child._process is not before


def test_what_cannot_start_says_why(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(StageFailed, match="does not run"):
        NetworkProcess(WORKER, "/no/such/python", folder, "cpu", 10).start()
    write_shape(LamShape(), tmp_path)
    save_file({"encoder.model.norm.weight": torch.ones(3)}, tmp_path / "model.safetensors")
    with pytest.raises(StageFailed, match="Missing key"):
        NetworkProcess(WORKER, sys.executable, tmp_path, "cpu", 100).start()
    with pytest.raises(StageTimeout):
        NetworkProcess(WORKER, "", folder, "cpu", 0.01).start()


class Full(torch.nn.Linear):
    def forward(self, *_: Any) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory")


class Answers:
    """A process with one answer."""

    def __init__(self, answer: Any) -> None:
        self.read, self.write, self.started = lambda: answer, lambda *_: None, lambda: {}


def test_a_lack_of_memory_comes_through(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with open(tmp_path / "asked", "wb") as file:
        write_message(file, {}, ASKED)
    with open(tmp_path / "asked", "rb") as asked, open(tmp_path / "told", "wb") as told:
        worker.serve(Full(1, 1), asked, told)
    with open(tmp_path / "told", "rb") as file:
        answer = read_message(file)
    process = NetworkProcess(WORKER, "", folder, "cpu", 10)
    monkeypatch.setattr(process, "_child", Answers(answer))
    with pytest.raises(OutOfMemory, match="reconstruct") as caught:
        process.attributes(ASKED)
    assert caught.value.retryable


def test_a_package_is_made_of_it(process: NetworkProcess) -> None:
    mesh, splats = stage.seen(RIG, 1 / 20, process, process.start())
    licence = LicenceEntry.model_validate(
        {"part": "appearance", "licence": "CC-BY-NC-4.0", "class": "non-commercial"}
    )
    engine = EngineEntry(name="lam", version=stage.VERSION)
    start = Portrait(RIG, Square(0, 0, 64), colourful())
    opened = package.read(packed(mesh, splats, start, colourful(), licence, engine))
    assert opened.manifest.licences[0].licence_class == "non-commercial"
    assert SplatCanvas(gaussian.scene(opened), 48).draw(NEUTRAL).std() > 0


def test_heads_are_in_metres_and_persons_over_white() -> None:
    mesh = dense(RIG, 1 / 20).mesh
    points, scale = in_metres(mesh)
    head = points[mesh.head > 0.5]
    assert np.ptp(head[:, 1]) == pytest.approx(HEAD_M, rel=1e-3)
    np.testing.assert_allclose(
        (points[1] - points[0]) / scale, np.diff(mesh.positions[:2], axis=0)[0], atol=1e-6
    )
    assert drawn_alone(RIG, 28).shape == (28, 28, 3)


@pytest.mark.usefixtures("no_weights")
def test_without_weights_it_says_so() -> None:
    assert LamReconstructConfig().required_weights()[-1] == "lam-20k"
    with pytest.raises(WeightMissing, match="lam-20k"):
        LamReconstructConfig(device="cpu").build()
