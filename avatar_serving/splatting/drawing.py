"""Draws stacked avatars: by gsplat's kernels on a GPU, by plain torch anywhere.

The camera is orthographic and looks along -z, so that the picture of a Gaussian is exactly a
Gaussian; the image square is 1 x 1 and centred at the origin.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils.checkpoint import checkpoint

from avatar_serving.avatars.splat_canvas import BLUR_PX2, FADING_PX2
from avatar_serving.errors import StageFailed
from avatar_serving.splatting.moving import carried
from avatar_serving.splatting.stack import Avatars, Tensor

DARK = 1 / 255
"""What adds less than this to a pixel is skipped."""
FULL = 0.999
"""Most that one splat hides."""
APART = 4.0
"""Distance of layers along the view, in image squares; depth within one counts up to half of it."""
NUMBERS = 1 << 23
"""Of splats times pixels, in one step of the plain way."""


@dataclass(frozen=True, slots=True)
class View:
    """A window of the square, in pixels."""

    size: int
    """Side of the whole square."""
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, eq=False)
class Cloud:
    """Gaussians of b pictures as a camera sees them: x right, y down, z away from it."""

    means: Tensor
    """(b, n, 3), in image squares from the middle; z > 0."""
    covariances: Tensor
    """(b, n, 3, 3)"""
    colours: Tensor
    """(b, n, 3), sRGB 0..1."""
    opacities: Tensor
    """(b, n)"""


Drawn = tuple[Tensor, Tensor]
"""Pictures (b, h, w, 3), premultiplied, and alpha (b, h, w, 1)."""
Rasteriser = Callable[[Cloud, View], Drawn]


def rasteriser(device: torch.device) -> Rasteriser:
    """The quickest there is for a device."""
    return by_gsplat if device.type == "cuda" else plainly


def check_kernels(stage: str) -> None:
    """Load gsplat's kernels. The first time on a machine they are compiled, which takes minutes.

    Raises:
        StageFailed: there are none, and nothing to compile them with.
    """
    try:
        from gsplat.cuda import _backend
    except (ImportError, OSError, RuntimeError) as error:
        raise StageFailed(stage, f"gsplat's kernels cannot be compiled: {error}") from error
    if _backend._C is None:
        reason = "gsplat has no kernels; install the CUDA toolkit (nvcc) of torch's CUDA version"
        raise StageFailed(stage, reason)


def seen(avatars: Avatars, values: Tensor, view: View, photo: Tensor | None = None) -> Cloud:
    """Stacked *avatars*, each with a face frame of *values* (b, 55)."""
    means, covariances = carried(avatars, values, photo)
    z = APART / 2 * (1.01 + 2 * avatars.layer) - means[..., 2].clamp(-APART / 2, APART / 2)
    flip = means.new_tensor([1.0, -1.0, -1.0])
    return Cloud(
        torch.stack([means[..., 0], -means[..., 1], z], -1),
        covariances * flip * flip[:, None],
        avatars.colours,
        avatars.opacities * _shown(covariances, view.size),
    )


def _shown(covariances: Tensor, size: int) -> Tensor:
    """(b, n), 0..1: splats narrower than anything to be seen fade."""
    xx, xy, yy = (covariances[..., i, j] for i, j in ((0, 0), (0, 1), (1, 1)))
    area = (xx * yy - xy * xy).clamp_min(1e-20).sqrt() * size**2
    return (area / FADING_PX2).clamp_max(1)


def by_gsplat(cloud: Cloud, view: View) -> Drawn:
    """On CUDA; differentiable."""
    from gsplat import rasterization

    drawing: Any = rasterization
    count = len(cloud.means)
    place = torch.eye(4, device=cloud.means.device).expand(count, 1, 4, 4)
    pictures, alphas, _ = drawing(
        cloud.means, None, None, cloud.opacities, cloud.colours,
        place.contiguous(), _lens(cloud, view), view.width, view.height,
        covars=cloud.covariances, camera_model="ortho", eps2d=BLUR_PX2, packed=False,
    )  # fmt: skip
    return pictures[:, 0], alphas[:, 0]


def _lens(cloud: Cloud, view: View) -> Tensor:
    """(b, 1, 3, 3)"""
    size = float(view.size)
    middle = size / 2 - view.left, size / 2 - view.top
    rows = [[size, 0.0, middle[0]], [0.0, size, middle[1]], [0.0, 0.0, 1.0]]
    lens = torch.tensor(rows, device=cloud.means.device)
    return lens.expand(len(cloud.means), 1, 3, 3).contiguous()


def plainly(cloud: Cloud, view: View) -> Drawn:
    """As splatting is defined: every splat on every pixel. For small scenes; differentiable."""
    pairs = [_blended(cloud, i, view) for i in range(len(cloud.means))]
    pictures, alphas = zip(*pairs, strict=True)
    return torch.stack(pictures), torch.stack(alphas)


def _blended(cloud: Cloud, index: int, view: View) -> Drawn:
    used = torch.nonzero(cloud.opacities[index] >= DARK)[:, 0]
    order = used[torch.argsort(cloud.means[index, used, 2], stable=True)]
    points = cloud.means[index, order, :2] * view.size + view.size / 2
    points = points - points.new_tensor([view.left, view.top])
    spreads = cloud.covariances[index, order, :2, :2] * view.size**2
    inverse = torch.linalg.inv(spreads + BLUR_PX2 * torch.eye(2, device=points.device))
    look = torch.cat([cloud.colours[index, order], torch.ones_like(points[:, :1])], 1)
    rows = max(1, NUMBERS // max(1, len(order) * view.width))
    strips = [
        # What is learnt through is worked out again on the way back: memory holds one strip.
        checkpoint(
            _strip, points, inverse, cloud.opacities[index, order], look, some, view.width,
            use_reentrant=False,
        )
        for some in torch.arange(view.height, device=points.device).split(rows)
    ]  # fmt: skip
    both = torch.cat(strips)
    return both[..., :3], both[..., 3:]


def _strip(
    points: Tensor, inverse: Tensor, opacities: Tensor, look: Tensor, rows: Tensor, width: int
) -> Tensor:
    """(rows, width, 4): colour and alpha of some rows of a picture, of splats from near to far."""
    columns = torch.arange(width, device=points.device)
    y, x = torch.meshgrid(rows + 0.5, columns + 0.5, indexing="ij")
    dx, dy = x.reshape(-1, 1) - points[:, 0], y.reshape(-1, 1) - points[:, 1]
    xx, xy, yy = inverse[:, 0, 0], inverse[:, 0, 1], inverse[:, 1, 1]
    power = (xx * dx * dx + yy * dy * dy) / 2 + xy * dx * dy
    alpha = (opacities * torch.exp(-power)).clamp_max(FULL)
    alpha = torch.where(alpha >= DARK, alpha, 0)
    through = torch.log1p(-alpha).cumsum(1)
    share = alpha * torch.exp(through - torch.log1p(-alpha))
    return (share @ look).view(len(rows), width, 4)
