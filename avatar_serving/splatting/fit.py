"""Fits splats on a portrait's mesh to its picture, through the drawing.

Per pixel only to the one real picture, in the pose it was taken in. To the frames that the portrait
rig draws in other poses only by texture: they are not the person, and their pixels are a little
wrong everywhere. Mesh and splats move away from the rig reluctantly, and smoothly.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.dense import Dense, dense, neighbours
from avatar_serving.avatars.gaussian import LARGEST, of_vertices
from avatar_serving.avatars.rig import Floats, PortraitRig
from avatar_serving.avatars.skinned import SkinnedMesh
from avatar_serving.avatars.splats import Gaussians
from avatar_serving.media import ARKIT
from avatar_serving.splatting.drawing import View, rasteriser, seen
from avatar_serving.splatting.losses import perceptual, pixels, roughness
from avatar_serving.splatting.stack import Avatars, Tensor

RATES = {"bend": 1e-4, "offset": 1e-4, "scale": 5e-3, "turn": 1e-3, "colour": 4e-3, "opacity": 1e-2}
"""Of Adam, for each kind of change."""
TEXTURE = 0.1
"""Weight of the frames that the rig drew."""


@dataclass(frozen=True, slots=True)
class Fitted:
    mesh: SkinnedMesh
    splats: Gaussians
    """Means are offsets from the vertices of the mesh."""


@dataclass(frozen=True, slots=True)
class Step:
    done: float
    """Share of the work."""
    loss: float
    psnr: float
    """Of the real picture, in dB."""


class Fit:
    def __init__(
        self, rig: PortraitRig, picture: NDArray[np.uint8], poses: Sequence[tuple[float, ...]],
        size: int, edge: float, device: torch.device,
    ) -> None:  # fmt: skip
        """*picture*: the square that *rig* was made of. *size*: side of what is compared, in px.
        *edge*: distance of splats, in image squares. *poses*: of the frames that the rig draws.

        Raises:
            StageFailed: too many splats.
        """
        self._rig, self._start, self._device = rig, dense(rig, edge), device
        self._view, self._draw = View(size, 0, 0, size, size), rasteriser(device)
        self._base = _avatars(self._start, rig, device)
        self._unfolding = self._base.rest - self._base.positions[self._base.triangles]
        self._pairs = torch.tensor(neighbours(self._start.mesh.triangles), device=device).long()
        canvas = Canvas(rig, size)
        self._targets = [self._image(picture), *(self._image(canvas.draw(p)) for p in poses)]
        self._poses = torch.tensor([rig.rest_weights, *poses], device=device)
        self._behind = self._image(rig.background)
        self._changes = _changes(self._start.splats, device)

    def run(self, steps: int) -> Iterator[Step]:
        """One step at a time. The other frames take turns."""
        groups = [{"params": [self._changes[name]], "lr": rate} for name, rate in RATES.items()]
        optimiser = torch.optim.Adam(groups)
        for step in range(steps):
            loss, psnr = self._loss(1 + step % max(1, len(self._poses) - 1))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            with torch.no_grad():
                self._changes["colour"].clamp_(0, 1)
            yield Step((step + 1) / steps, float(loss.detach()), float(psnr))

    def fitted(self) -> Fitted:
        """As it stands now."""
        with torch.no_grad():
            scales, turns = self._shapes()
            positions = _array(self._base.positions + self._changes["bend"])
            splats = Gaussians(
                means=_array(self._changes["offset"]),
                scales=_array(scales.clamp_max(LARGEST)),
                rotations=_array(turns),
                colours=_array(self._changes["colour"]),
                opacities=_array(self._changes["opacity"].sigmoid().clamp(1e-3, 0.999)),
            )
        mesh = self._start.mesh
        morphs = np.ascontiguousarray(mesh.morphs[: len(ARKIT)], np.float32)
        skinned = SkinnedMesh(positions, mesh.triangles, morphs, mesh.head, self._rig.pivot)
        return Fitted(skinned, splats)

    def _loss(self, other: int) -> tuple[Tensor, Tensor]:
        some = [0, other] if other < len(self._poses) else [0]
        photo = self._poses.new_tensor([1.0, 0.0][: len(some)])
        stack = _repeated(self._changed(), len(some))
        drawn, alpha = self._draw(seen(stack, self._poses[some], self._view, photo), self._view)
        shown = drawn + (1 - alpha) * self._behind
        real = self._targets[0]
        loss = pixels(shown[:1], real[None]) + self._reluctance()
        if len(some) > 1:
            loss = loss + TEXTURE * perceptual(shown[1:], self._targets[other][None])
        error = (shown[0].detach().clamp(0, 1) - real).square().mean()
        return loss, -10 * error.clamp_min(1e-10).log10()

    def _reluctance(self) -> Tensor:
        """What it costs to leave the rig."""
        change, start = self._changes, self._start.splats.colours
        colour = change["colour"] - torch.tensor(start, device=self._device)
        far = change["offset"].square().sum(1).mean() + change["bend"].square().sum(1).mean()
        smooth = roughness(change["bend"], self._pairs) + roughness(change["offset"], self._pairs)
        grown = change["scale"].square().sum(1).mean()
        uneven = roughness(change["scale"], self._pairs)
        return (
            10 * far + 1e3 * smooth + 1e-3 * (grown + uneven)
            + 1e-2 * roughness(colour, self._pairs)
        )  # fmt: skip

    def _changed(self) -> Avatars:
        """The avatar as it stands now."""
        change, base = self._changes, self._base
        scales, turns = self._shapes()
        spread = _matrices(turns) * scales[:, None]
        full = spread @ spread.mT
        positions = base.positions + change["bend"]
        return replace(
            base,
            positions=positions,
            rest=positions.detach()[base.triangles] + self._unfolding,
            offset=change["offset"],
            covariances=full[:, [0, 0, 0, 1, 1, 2], [0, 1, 2, 1, 2, 2]],
            colours=change["colour"].clamp(0, 1),
            opacities=change["opacity"].sigmoid(),
        )

    def _shapes(self) -> tuple[Tensor, Tensor]:
        start = self._start.splats
        scales = torch.tensor(start.scales, device=self._device) * self._changes["scale"].exp()
        return scales, torch.nn.functional.normalize(self._changes["turn"], dim=1)

    def _image(self, picture: NDArray[np.uint8]) -> Tensor:
        side = (self._view.size, self._view.size)
        method = cv2.INTER_AREA if side < picture.shape[:2] else cv2.INTER_LINEAR
        small = np.asarray(cv2.resize(picture, side, interpolation=method), np.float32)
        return torch.tensor(small / 255, device=self._device)


def _changes(splats: Gaussians, device: torch.device) -> dict[str, Tensor]:
    """What is learnt, by the names of RATES."""
    start = {
        "bend": np.zeros_like(splats.means),
        "offset": splats.means,
        "scale": np.zeros_like(splats.scales),
        "turn": splats.rotations,
        "colour": splats.colours,
        "opacity": np.log(splats.opacities / (1 - splats.opacities)),
    }
    return {
        name: torch.tensor(np.asarray(array, np.float32), device=device).requires_grad_()
        for name, array in start.items()
    }


def _avatars(start: Dense, rig: PortraitRig, device: torch.device) -> Avatars:
    """One avatar, not stacked; what changes is left as it starts."""
    mesh, count = start.mesh, len(start.mesh.positions)
    triangle, corner = of_vertices(count, mesh.triangles, start.rest)

    def tensor(array: Floats) -> Tensor:
        return torch.tensor(np.asarray(array, np.float32), device=device)

    triangles = torch.tensor(mesh.triangles, device=device).long()
    positions, zeros = tensor(mesh.positions), torch.zeros((count, 6), device=device)
    return Avatars(
        positions, tensor(mesh.morphs.transpose(1, 2, 0)), tensor(mesh.head[:, None]),
        tensor(np.array([rig.pivot])), triangles, tensor(start.rest),
        torch.tensor(triangle, device=device).long(), tensor(np.eye(3)[corner]), zeros[:, :3],
        zeros, zeros[:, :3], zeros[:, 0], zeros[:, 0],
    )  # fmt: skip


def _repeated(avatar: Avatars, count: int) -> Avatars:
    """Stacked, *count* times the same."""
    fields = Avatars.__dataclass_fields__
    each = {name: getattr(avatar, name) for name in fields}
    return Avatars(**{n: t[None].expand(count, *t.shape) for n, t in each.items()})


def _matrices(turns: Tensor) -> Tensor:
    """(n, 3, 3) of unit quaternions w, x, y, z; see `avatars.splats.matrices`."""
    w, x, y, z = turns.unbind(1)
    rows = [
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
    ]  # fmt: skip
    return torch.stack(rows, 1).view(-1, 3, 3)


def _array(tensor: Tensor) -> Floats:
    return np.ascontiguousarray(tensor.detach().cpu().numpy(), np.float32)
