"""The engine ``diffusion`` as a whole: what a tiny model draws is looked at by a tiny checker."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import skimage.data
import torch

from avatar_serving import weights
from avatar_serving.errors import AvatarError, ImageRejected, WeightMissing
from avatar_serving.images import encode, from_array
from avatar_serving.media import Image, Likeness, Look, Progress, StyliseRequest
from avatar_serving.safety.consent import Consent
from avatar_serving.safety.nsfw import SIDE as SEEN
from avatar_serving.stages.llm.echo import EchoConfig
from avatar_serving.stages.review.accept import AcceptReviewConfig
from avatar_serving.stages.stylise.diffusion import DiffusionStylise, DiffusionStyliseConfig
from avatar_serving.stages.vlm.fixed import FixedVlmConfig
from pipelines.create_avatar import CreateItem, CreateRequest, CreateStages, create_avatar
from tests.folder_weights import Shelf, shelf_in
from tests.torch.tiny_diffusion import save_tiny_diffusion

pytestmark = pytest.mark.weights
ASTRONAUT = from_array(np.array(skimage.data.astronaut(), np.uint8))
FAINT = Look(style="film", strength=0.05)
CHECKER = "nsfw"


@pytest.fixture
def shelf(tmp_path: Path) -> Any:
    """The real weights that find faces, a tiny model, and no checker."""
    try:
        real = {name: weights.path(name) for name in DiffusionStyliseConfig.weights}
    except AvatarError as error:
        pytest.skip(f"LOUD: {error}")
    save_tiny_diffusion(tmp_path / "model")
    del real[CHECKER]
    with shelf_in(tmp_path) as shelf:
        shelf.put(**real, **{"tiny-model": tmp_path / "model"})
        yield shelf


@pytest.fixture
def opened(shelf: Shelf, tmp_path: Path) -> Callable[[float], DiffusionStylise]:
    """The engine; pictures whose mean is darker than so much, 0..255, are refused."""

    def made(darkest: float) -> DiffusionStylise:
        save_tiny_checker(tmp_path / "checker.onnx", darkest)
        shelf.put(**{CHECKER: tmp_path / "checker.onnx"})
        engine = config().build()
        see_through(engine._diffuser._redraw.vae)
        return engine

    return made


def config() -> DiffusionStyliseConfig:
    return DiffusionStyliseConfig(
        model="tiny-model", device="cpu", dtype="float32", side_px=256, steps=1
    )


def save_tiny_checker(path: Path, darkest: float) -> None:
    """In the shape of the real one: (n, 224, 224, 3) in, how likely it is fine and not out."""
    from onnx import TensorProto, helper, numpy_helper, save

    weight = np.zeros((3, 2), np.float32)
    weight[:, 1] = -1 / 3  # what it is given has a mean taken off, of about 115
    bias = np.array([0, darkest - 114.7], np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMean", ["picture"], ["mean"], axes=[1, 2], keepdims=0),
            helper.make_node("Gemm", ["mean", "weight", "bias"], ["told"]),
            helper.make_node("Softmax", ["told"], ["answer"], axis=1),
        ],
        "checker",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["n", SEEN, SEEN, 3])],
        [helper.make_tensor_value_info("answer", TensorProto.FLOAT, ["n", 2])],
        [numpy_helper.from_array(weight, "weight"), numpy_helper.from_array(bias, "bias")],
    )
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)


def see_through(vae: Any) -> None:
    """An autoencoder with random weights leaves no face: this one halves and doubles instead."""

    def encode(pixels: Any) -> Any:
        small = torch.nn.functional.avg_pool2d(pixels, 2)
        return SimpleNamespace(latents=torch.cat([small, small[:, :1]], 1))

    def decode(latents: Any, **_: Any) -> tuple[Any]:
        return (torch.nn.functional.interpolate(latents[:, :3], scale_factor=2),)

    vae.encode, vae.decode = encode, decode


async def test_a_drawing_that_passes_is_given_out(
    opened: Callable[[float], DiffusionStylise],
) -> None:
    items = [item async for item in opened(10).run(StyliseRequest(ASTRONAUT, FAINT))]
    assert isinstance(items[-2], Likeness) and isinstance(items[-1], Image)


async def test_no_avatar_is_made_of_a_drawing_that_does_not(
    opened: Callable[[float], DiffusionStylise],
) -> None:
    """Nor is the drawing itself given to anybody: neither to a client nor to the next stage."""
    reconstructed: list[Any] = []

    class Reconstruct:
        async def run(self, request: Any, /) -> Any:
            reconstructed.append(request)
            yield b"avatar"

    stages = CreateStages(
        review=AcceptReviewConfig().build(), vlm=FixedVlmConfig().build(), llm=EchoConfig().build(),
        stylise=opened(245), reconstruct=Reconstruct(),
    )  # fmt: skip
    consent = Consent(agreed=True, statement="This is me.")
    asked = CreateRequest(encode(ASTRONAUT, "png"), "Ann", consent, "", FAINT)
    given: list[CreateItem] = []
    with pytest.raises(ImageRejected, match="not fit to be shown") as caught:
        async for item in create_avatar(stages, asked):
            given.append(item)
    assert caught.value.code == "image_rejected" and not reconstructed
    assert isinstance(given[-1], Progress) and given[-1].message == "Looking at the drawing"
    assert not any(isinstance(item, Likeness | Image) for item in given)


def test_without_a_checker_there_is_no_engine(shelf: Shelf, tmp_path: Path) -> None:
    save_tiny_checker(tmp_path / "checker.onnx", 10)
    shelf.put(**{CHECKER: tmp_path / "checker.onnx"})
    (tmp_path / "cache" / "weights" / CHECKER).resolve().unlink()
    with pytest.raises(WeightMissing, match=CHECKER):
        config().build()
