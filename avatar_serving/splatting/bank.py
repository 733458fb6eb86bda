"""Avatars that are drawn now, stacked; and one call that draws many frames of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from avatar_serving.errors import OutOfMemory
from avatar_serving.splatting.drawing import View, check_kernels, rasteriser, seen
from avatar_serving.splatting.stack import Avatars, Tensor, picked, stacked
from avatar_serving.torch_device import memory_errors


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One frame of one avatar."""

    avatar: Avatars
    values: tuple[float, ...]
    """A number for each of CHANNELS."""
    behind: Tensor
    """(k, h, w, 3), 0..1: what is seen behind the person; a picture is drawn over each of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Consecutive frames of one request."""

    view: View
    shots: tuple[Shot, ...]


class Bank:
    """Draws shots. Not for two threads at once."""

    def __init__(self, stage: str, device: torch.device, most: int) -> None:
        """*most* avatars stay stacked; *stage* is named in errors.

        Raises:
            StageFailed: gsplat has no kernels for the GPU.
        """
        if device.type == "cuda":
            check_kernels(stage)
        self._stage, self._device, self._most = stage, device, most
        self._draw = rasteriser(device)
        self._members: list[Avatars] = []
        self._stack: Avatars | None = None

    def draw(self, shots: Sequence[Shot], view: View) -> list[Tensor]:
        """Pictures (k, h, w, 3; uint8, on the CPU) of each shot. What needs more memory than there
        is gets drawn by halves.

        Raises:
            OutOfMemory: one shot alone needs more.
        """
        try:
            with memory_errors(self._stage), torch.no_grad():
                return self._drawn(shots, view)
        except OutOfMemory:
            self._members, self._stack = [], None  # those not drawn now make room
            if len(shots) == 1:
                raise
        half = len(shots) // 2
        return self.draw(shots[:half], view) + self.draw(shots[half:], view)

    def _drawn(self, shots: Sequence[Shot], view: View) -> list[Tensor]:
        stack, which = self._stacked([shot.avatar for shot in shots])
        values = torch.tensor([shot.values for shot in shots], device=self._device)
        pictures, alphas = self._draw(seen(picked(stack, which), values, view), view)
        parts = [len(shot.behind) for shot in shots]
        each = torch.repeat_interleave(torch.tensor(parts, device=self._device))
        behind = torch.cat([shot.behind for shot in shots])
        over = pictures[each] + (1 - alphas[each]) * behind
        shown = (over.clamp(0, 1) * 255 + 0.5).to(torch.uint8)
        return list(shown.cpu().split(parts))

    def _stacked(self, wanted: Sequence[Avatars]) -> tuple[Avatars, Tensor]:
        """A stack that has them all, and which of it they are."""
        if self._stack is None or not set(wanted) <= set(self._members):
            asked = list(dict.fromkeys(wanted))
            others = [avatar for avatar in self._members if avatar not in asked]
            spare = max(0, len(asked) + len(others) - self._most)
            self._stack = None  # gives its memory back before the next one takes as much
            self._members = others[spare:] + asked
            self._stack = stacked(self._members)
        places = {avatar: i for i, avatar in enumerate(self._members)}
        which = [places[avatar] for avatar in wanted]
        return self._stack, torch.tensor(which, device=self._device)
