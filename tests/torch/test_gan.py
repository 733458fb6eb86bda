"""Portraits of nobody: the network's size, and that it learns, goes on and draws."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image as Pillow
from typer.testing import CliRunner

from avatar_serving.cli import app
from avatar_serving.errors import InvalidRequest, NotFound
from avatar_serving.gan.drawing import draw, sheet_of
from avatar_serving.gan.networks import NOISE, SIDE_PX, discriminator, generator
from avatar_serving.gan.options import GanOptions
from avatar_serving.gan.pictures import FEWEST, files_in, read_pictures
from avatar_serving.gan.training import GanTraining

SKIN = (226, 180, 150)


def faces(count: int) -> NDArray[np.uint8]:
    """Discs of skin before blue, here and there."""
    rng, (y, x) = np.random.default_rng(3), np.mgrid[:SIDE_PX, :SIDE_PX]
    drawn = np.empty((count, SIDE_PX, SIDE_PX, 3), np.uint8)
    for one in drawn:
        middle = rng.uniform(54, 74, 2)
        one[:] = (40, 60, 160)
        one[np.hypot(x - middle[0], y - middle[1]) < 44] = SKIN
    return drawn


def options(steps: int) -> GanOptions:
    return GanOptions(steps=steps, batch=4, check_every=2, averaged=0.9, device="cpu")


def sizes(network: object) -> list[int]:
    """Of each layer that has any: what is learned, and what is counted."""
    found: list[int] = []
    for layer in network.children():  # type: ignore[attr-defined]
        counted = [*layer.parameters(), *layer.buffers()]
        found.append(sum(each.numel() for each in counted if each.dim()))
    return [size for size in found if size]


def test_the_networks_have_the_published_sizes() -> None:
    assert sizes(generator()) == [
        3_276_800, 131_072, 3_276_800, 1_024, 819_200, 512, 204_800, 256, 51_200, 128, 2_400
    ]  # fmt: skip
    assert sizes(discriminator()) == [4_864, 204_928, 131_073]


def test_noise_becomes_pictures_and_pictures_a_verdict() -> None:
    with torch.inference_mode():
        pictures = generator()(torch.randn(2, NOISE))
        assert pictures.shape == (2, 3, SIDE_PX, SIDE_PX) and float(pictures.abs().max()) <= 1
        assert discriminator()(pictures).shape == (2, 1)


def test_it_learns_where_faces_are(tmp_path: Path) -> None:
    checks = list(GanTraining(faces(FEWEST), options(24), tmp_path).run())
    assert [check.step for check in checks] == list(range(2, 25, 2))
    drawn = draw(tmp_path, range(8), "cpu").astype(float)
    middle, edge = drawn[:, 54:74, 54:74].mean((0, 1, 2)), drawn[:, :8].mean((0, 1, 2))
    assert middle[0] - middle[2] > edge[0] - edge[2] + 40  # skin there, blue here
    assert not np.array_equal(drawn[0], drawn[1])


def test_it_goes_on_as_if_it_had_not_been_interrupted(tmp_path: Path) -> None:
    pictures, whole, parts = faces(FEWEST), tmp_path / "whole", tmp_path / "parts"
    for folder in (whole, parts):
        folder.mkdir()
    for _ in GanTraining(pictures, options(4), whole).run():
        pass
    for _ in GanTraining(pictures, options(2), parts).run():
        pass
    again = GanTraining(pictures, options(4), parts)
    assert again.done == 2
    for _ in again.run():
        pass
    assert np.array_equal(draw(whole, [1, 2], "cpu"), draw(parts, [1, 2], "cpu"))
    assert np.array_equal(draw(whole, [2], "cpu")[0], draw(whole, [1, 2], "cpu")[1])


def test_pictures_are_read_but_for_those_that_are_none(tmp_path: Path) -> None:
    for number, face in enumerate(faces(FEWEST)):
        Pillow.fromarray(np.pad(face, ((0, 0), (9, 9), (0, 0)))).save(tmp_path / f"{number}.png")
    (tmp_path / "a.png").write_bytes(b"no picture")
    told: list[int] = []
    pictures = read_pictures(files_in(tmp_path), told.append)
    assert told[-1] == FEWEST + 1 and pictures.unread == [tmp_path / "a.png"]
    assert pictures.rgb.shape == (FEWEST, SIDE_PX, SIDE_PX, 3)
    assert tuple(pictures.rgb[0, 64, 64]) == SKIN
    (tmp_path / "0.png").unlink()
    with pytest.raises(InvalidRequest, match="63 pictures"):
        read_pictures(files_in(tmp_path), told.append)


def test_commands_say_what_to_do(tmp_path: Path) -> None:
    few = ["portraits", "train", "anime", str(tmp_path), "--rights", "ours"]
    said = CliRunner().invoke(app, [*few, "--device", "cpu"])
    assert said.exit_code == 1 and "0 pictures; 64 or more" in said.output
    none = ["portraits", "draw", "anime", "-o", str(tmp_path / "a.png"), "--home", str(tmp_path)]
    assert "anime" in CliRunner().invoke(app, [*none, "--device", "cpu"]).output
    with pytest.raises(NotFound):
        draw(tmp_path, [0], "cpu")


def test_sheets_are_filled_row_by_row() -> None:
    sheet = sheet_of(np.zeros((3, 2, 2, 3), np.uint8))
    assert sheet.shape == (4, 4, 3) and sheet[3, 3].min() == 255 and sheet[:2].max() == 0
