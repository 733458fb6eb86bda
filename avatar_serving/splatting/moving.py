"""Poses avatars and carries their splats along: what `avatars.rig` and `avatars.splat_kernels` do,
for many at once. Differentiable by everything but the deformation of triangles, which is taken as
given: where a triangle is folded flat it has no gradient."""

import torch

from avatar_serving.avatars.splats import STRETCH
from avatar_serving.media import ARKIT
from avatar_serving.splatting.stack import Avatars, Tensor

TINY = 1e-12


def carried(avatars: Avatars, values: Tensor, photo: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Centres (b, n, 3) and covariances (b, n, 3, 3) of stacked *avatars*, each with a face frame
    of *values* (b, 55). *photo* (b,): weight of the morph of that name; None: 0."""
    posed = _posed(avatars, values, photo)
    corners = _taken(posed, avatars.triangles)
    with torch.no_grad():
        moved = _deformations(avatars.rest, corners)
    j, places = _taken(moved, avatars.triangle), _taken(corners, avatars.triangle)
    means = (avatars.barycentric[..., None, :] @ places)[..., 0, :]
    means = means + (j @ avatars.offset[..., None])[..., 0]
    full = avatars.covariances[..., [0, 1, 2, 1, 3, 4, 2, 4, 5]].unflatten(-1, (3, 3))
    return means, j @ full @ j.mT


def _taken(source: Tensor, index: Tensor) -> Tensor:
    """source[i, index[i]] for each i."""
    count = source.shape[0]
    batch = torch.arange(count, device=source.device).view(count, *[1] * (index.dim() - 1))
    return source[batch, index]


def _posed(avatars: Avatars, values: Tensor, photo: Tensor | None) -> Tensor:
    """(b, v, 3); see `avatars.rig.pose`."""
    last = values.new_zeros(len(values)) if photo is None else photo
    weights = torch.cat([values[:, : len(ARKIT)], last[:, None]], 1)
    count = avatars.positions.shape[1]
    added = (avatars.morphs.flatten(1, 2) @ weights[..., None]).view(-1, count, 3)
    return _turned(avatars.positions + added, avatars, torch.deg2rad(values[:, len(ARKIT) :]))


def _turned(points: Tensor, avatars: Avatars, angles: Tensor) -> Tensor:
    """Turn each vertex by its share of the angles: R = Rz(-roll) Rx(-pitch) Ry(yaw)."""
    yaw, pitch, roll = (avatars.head * angles[:, None, i : i + 1] for i in range(3))
    x, y, z = (points - avatars.pivot).split(1, -1)
    x, z = _rotated(x, z, -yaw)
    y, z = _rotated(y, z, -pitch)
    x, y = _rotated(x, y, -roll)
    return torch.cat([x, y, z], -1) + avatars.pivot


def _rotated(first: Tensor, second: Tensor, angle: Tensor) -> tuple[Tensor, Tensor]:
    cos, sin = angle.cos(), angle.sin()
    return cos * first - sin * second, sin * first + cos * second


def _frames(corners: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor, Tensor]]:
    """Axes (..., 3, 3; in rows) of triangles (..., 3, 3), along the first edge, across it, and the
    normal; and their edges along the first two: (p, 0) and (q, r)."""
    first, second = corners[..., 1, :] - corners[..., 0, :], corners[..., 2, :] - corners[..., 0, :]
    length = torch.linalg.vector_norm(first, dim=-1, keepdim=True)
    along = first / length.clamp_min(TINY)
    normal = torch.linalg.cross(first, second)
    area = torch.linalg.vector_norm(normal, dim=-1, keepdim=True)
    flat = area <= TINY * length  # any direction across the edge will do
    normal = torch.where(flat, _across(along), normal / area.clamp_min(TINY * TINY))
    across = torch.linalg.cross(normal, along)
    edges = length[..., 0], (second * along).sum(-1), (second * across).sum(-1)
    return torch.stack([along, across, normal], -2), edges


def _across(axis: Tensor) -> Tensor:
    least = torch.nn.functional.one_hot(axis.abs().argmin(-1), 3).to(axis.dtype)
    found = least - (least * axis).sum(-1, keepdim=True) * axis
    return torch.nn.functional.normalize(found, dim=-1, eps=TINY)


def _deformations(rest: Tensor, posed: Tensor) -> Tensor:
    """J (..., 3, 3) of triangles, from their corners (..., 3, 3) at rest to those posed."""
    before, (p0, q0, r0) = _frames(rest)
    after, (p1, q1, r1) = _frames(posed)
    p0, r0 = p0.clamp_min(1e-9), r0.clamp_min(1e-9)
    # [p1 q1; 0 r1] [p0 q0; 0 r0]^-1
    f00, f01, f10, f11 = _clamped(p1 / p0, (q1 - p1 * q0 / p0) / r0, torch.zeros_like(p0), r1 / r0)
    x, y, normal = before.unbind(-2)
    rows = [f00[..., None] * x + f01[..., None] * y, f10[..., None] * x + f11[..., None] * y]
    return after.mT @ torch.stack([*rows, normal], -2)


def _clamped(f00: Tensor, f01: Tensor, f10: Tensor, f11: Tensor) -> tuple[Tensor, ...]:
    """2 x 2 matrices with their singular values brought into STRETCH."""
    e, f, g, h = (f00 + f11) / 2, (f00 - f11) / 2, (f10 + f01) / 2, (f10 - f01) / 2
    q, r = torch.hypot(e, h), torch.hypot(f, g)
    big, little = (q + r).clamp(*STRETCH), (q - r).abs().clamp(*STRETCH)
    little = torch.where(q < r, -little, little)
    q2, r2 = (big + little) / 2, (big - little) / 2
    grown, spread = q2 / q.clamp_min(TINY), r2 / r.clamp_min(TINY)
    e, h = torch.where(q > 0, e * grown, q2), h * grown
    f, g = torch.where(r > 0, f * spread, r2), g * spread
    return e + f, g - h, g + h, e - f
