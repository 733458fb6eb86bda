"""Splats fitted to a picture: tiny ones, on the CPU."""

from typing import Any

import numpy as np
import torch

from avatar_serving.avatars import gaussian, package
from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.crop import Square
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.portrait import Portrait
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.avatars.splat_canvas import SplatCanvas
from avatar_serving.media import Progress
from avatar_serving.splatting.fit import Fit
from avatar_serving.splatting.losses import perceptual, pixels, roughness, similarity
from avatar_serving.stages.reconstruct import fit as stage
from avatar_serving.stages.reconstruct.fit import FitReconstructConfig, fitted
from tests.avatars.pictures import colourful

SIZE, EDGE, STEPS = 40, 1 / 17, 18
RIG = package.load(plain_package(colourful()))
CPU = torch.device("cpu")


def other_look() -> Any:
    """The rig's picture, with other colours and an edge that its texture lacks."""
    drawn = Canvas(RIG, SIZE).draw(RIG.rest_weights, photo=1.0).astype(float)
    drawn[:, :, 0] *= 0.7
    drawn[: SIZE // 2, : SIZE // 2] *= 0.8
    return drawn.astype(np.uint8)


def psnr(one: Any, other: Any) -> float:
    return 10 * np.log10(255**2 / ((np.asarray(one, float) - other) ** 2).mean())


def test_the_loss_falls_and_the_picture_comes_nearer() -> None:
    poses = [pose_values({"jawOpen": 0.6}), pose_values({"headYaw": 12.0})]
    fit = Fit(RIG, other_look(), poses, SIZE, EDGE, CPU)
    start = fit.fitted()
    steps = list(fit.run(STEPS))
    assert steps[-1].loss < 0.8 * steps[0].loss and steps[-1].done == 1
    assert steps[-1].psnr > steps[0].psnr + 1.5
    made = fit.fitted()
    moved = np.linalg.norm(made.mesh.positions - start.mesh.positions, axis=1)
    assert 0 < moved.max() < 0.01, "the mesh moves reluctantly"
    assert np.isfinite(made.splats.rotations).all() and (made.splats.scales > 0).all()


def test_the_package_shows_what_was_fitted() -> None:
    """The square's size and the source are the portrait's; the frames are drawn by the CPU."""
    config = FitReconstructConfig(
        device="cpu", size_px=SIZE, splats_across=round(1 / EDGE), steps=10
    )
    start = Portrait(RIG, Square(0, 0, SIZE), other_look())
    *told, content = fitted(config, CPU, start, other_look())
    assert isinstance(content, bytes)
    assert [t.step for t in told if isinstance(t, Progress)] == ["fit"] * len(told)
    opened = package.read(content)
    assert (opened.manifest.type, opened.manifest.engine.name) == ("gaussian", "fit")
    assert opened.manifest.licences and opened.manifest.rest_weights == RIG.rest_weights
    drawn = SplatCanvas(gaussian.scene(opened), SIZE).draw(RIG.rest_weights)
    before = Canvas(RIG, SIZE).draw(RIG.rest_weights)
    assert psnr(drawn, other_look()) > psnr(before, other_look()) + 0.5


def test_poses_are_of_channels_there_are() -> None:
    assert all(any(pose_values(pose)) for pose in stage.POSES[1:])


def test_losses_know_same_from_other() -> None:
    torch.manual_seed(0)
    one, other = torch.rand(1, 32, 32, 3), torch.rand(1, 32, 32, 3)
    assert pixels(one, one) < 1e-6 < pixels(one, other)
    assert abs(float(similarity(one, one)) - 1) < 1e-5
    bars = torch.zeros(1, 32, 32, 3)
    bars[:, :, 8:12] = 1
    shifted, across = bars.roll(1, 2), bars.transpose(1, 2)
    assert perceptual(bars, bars) == 0
    assert perceptual(bars, shifted) < 0.5 * perceptual(bars, across)
    line = torch.tensor([[0, 1], [1, 0], [1, 2], [2, 1]])
    assert roughness(torch.ones(3, 1), line) == 0 < roughness(torch.eye(3)[:, :1], line)
