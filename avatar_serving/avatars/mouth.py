"""The inside of the mouth, made from scratch: teeth in their gums, a tongue, the dark."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.basis import JAW, face_basis
from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.rig import MORPHS, Floats, Part
from avatar_serving.avatars.teeth import Shell, gums, teeth, tongue
from avatar_serving.faces.topology import LIPS_INNER, LIPS_OUTER

BOWL_RINGS = (1.3, 1.25, 1.2, 1.1, 0.7, 0.0)
"""Size of the mouth cavity's rings over that of the lips, from the front to the back: there is
room for a tongue."""
BOWL_DEPTHS_CM = (0.25, 0.7, 1.6, 3.2, 4.8, 5.4)
BOWL_SHADES = (0.64, 0.55, 0.46, 0.38, 0.3, 0.24)
FLESH = np.array([150, 62, 58], np.float32) / 255
INCISOR_CM = 0.42
"""How far the edges of the upper incisors lie below the lips' seam."""
ROUNDED_CM = {"mouthFunnel": (0.5, 0.42), "mouthPucker": (0.45, 0.5)}
"""How far rounded lips leave the teeth behind, and by how much each row then draws back."""
BITE_CM = 0.22
"""How far the upper incisors reach over the lower ones: no gap shows between closed rows."""
SEEN_CM, MOST_LIFTED_CM = 0.58, 0.35
"""How much of the upper teeth a smile shows, and how far they are lifted at most for one that shows
more: a smile bares teeth, seldom gums."""
BEHIND_CM = 0.55
"""How far the front teeth lie behind the lips' seam."""


@dataclass(frozen=True, slots=True)
class MouthColours:
    """sRGB 0..1."""

    enamel: tuple[float, float, float]
    light: float
    """Brightness of the scene, 1 for a well-lit face."""


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    """Where the mouth is in canonical space, and how that space lies over this person's mouth."""

    seam: Floats
    """(3,) canonical: the middle of the lips' seam."""
    fit: Fit
    widen: float
    """This person's mouth over the mean one."""
    shift: Floats
    """(3,) image units, after placing."""

    def place(self, local: Floats) -> Floats:
        """Centimetres from the seam to the image."""
        stretched = local * np.array([self.widen, 1, 1])
        return self.fit.place(stretched + self.seam) + self.shift

    def step(self, local: Floats) -> Floats:
        """A displacement in centimetres, in the image."""
        return (local @ self.fit.turn.T * self.fit.scale).astype(np.float32)


def build_mouth(
    fit: Fit, face: Floats, lips: Floats, lip_shapes: Floats, colours: MouthColours
) -> Part:
    """*face* (468, 3): the neutral closed face; *lips* (n, 3): its refined inner lip ring, and
    *lip_shapes* (52, n, 3) how it moves."""
    frame = _frame(fit, face)
    edge = np.array([0, -INCISOR_CM, -BEHIND_CM], np.float32)
    high = edge + np.array([0, _lifted(frame, face), 0], np.float32)
    fixed = [teeth(high, colours.enamel, upper=True), gums(high, upper=True)]
    low = edge + np.array([0, BITE_CM, -0.22], np.float32)
    moving = [teeth(low, colours.enamel, upper=False), gums(low, upper=False)]
    shells = [_bowl(frame, lips, lip_shapes)]
    shells += [_behind_lips(_fixed(shell, frame), frame, 1) for shell in fixed]
    shells += [_behind_lips(_on_jaw(shell, frame), frame, -1) for shell in moving]
    shells.append(_behind_lips(_on_jaw(tongue(low), frame), frame, -0.6))
    return _joined(shells, colours.light)


def _frame(fit: Fit, face: Floats) -> _Frame:
    points = face_basis().points
    corners = [LIPS_OUTER[0], LIPS_OUTER[10]]
    middle = [LIPS_INNER[5], LIPS_INNER[15]]
    seam = points[middle].mean(0)
    own = face[corners]
    usual = fit.scale * np.linalg.norm(points[corners[0]] - points[corners[1]])
    widen = float(np.clip(np.linalg.norm(own[0] - own[1]) / usual, 0.8, 1.2))
    shift = face[middle].mean(0) - fit.place(seam[None])[0]
    return _Frame(seam, fit, widen, shift)


def _lifted(frame: _Frame, face: Floats) -> float:
    """Centimetres by which the upper teeth lie higher than the lips' seam tells, by the photo."""
    seam = face[[LIPS_INNER[5], LIPS_INNER[15]]].mean(0)
    above = (frame.fit.rest[LIPS_INNER[15]] - seam) @ frame.fit.turn[:, 1] / frame.fit.scale
    return float(np.clip(above - SEEN_CM, 0, MOST_LIFTED_CM))


@dataclass(frozen=True, slots=True, eq=False)
class _Placed:
    positions: Floats
    morphs: Floats
    triangles: NDArray[np.int32]
    colours: Floats


def _fixed(shell: Shell, frame: _Frame) -> _Placed:
    still = np.zeros((len(MORPHS), len(shell.points), 3), np.float32)
    return _Placed(frame.place(shell.points), still, shell.triangles, shell.colours)


def _on_jaw(shell: Shell, frame: _Frame) -> _Placed:
    """Moves with the jaw; a tongue also comes out."""
    morphs = np.zeros((len(MORPHS), len(shell.points), 3), np.float32)
    places = np.column_stack([shell.points + frame.seam, np.ones(len(shell.points))])
    for name, motion in zip(JAW, face_basis().jaw, strict=True):
        morphs[MORPHS.index(name)] = frame.step(places @ motion.T)
    if shell.out is not None:
        morphs[MORPHS.index("tongueOut")] = frame.step(shell.out)
    return _Placed(frame.place(shell.points), morphs, shell.triangles, shell.colours)


def _behind_lips(shell: _Placed, frame: _Frame, up: float) -> _Placed:
    """Lips that round themselves leave the teeth behind, and apart: those above by *up* 1, those
    below by -1, the tongue, which lies higher, less."""
    upright = frame.step(np.array([[0, 1, 0]], np.float32)) * np.array([1, 1, 0], np.float32)
    upright /= np.linalg.norm(upright)
    for name, (back, apart) in ROUNDED_CM.items():
        step = frame.step(np.array([[0, 0, -back]], np.float32))
        # In a head that is bent back, what draws back would come down into view.
        step += (up * apart * frame.fit.scale - (step * upright).sum()) * upright
        shell.morphs[MORPHS.index(name)] += step
    return shell


def _bowl(frame: _Frame, lips: Floats, lip_shapes: Floats) -> _Placed:
    """The cavity: rings that begin just outside the lips' edge, follow it, and narrow backwards."""
    middle = lips.mean(0)
    height = frame.fit.scale * 1.2
    spread = lips - middle
    # Closed lips are a line; the bowl behind them is not.
    around = np.linspace(0, 2 * np.pi, len(lips), endpoint=False)
    spread = spread + np.stack([0 * around, -np.sin(around) * height * 0.4, 0 * around], 1)
    rings: list[Floats] = []
    morphs: list[Floats] = []
    full = np.zeros((len(MORPHS), len(lips), 3), np.float32)
    full[: len(lip_shapes)] = lip_shapes
    for size, depth in zip(BOWL_RINGS, BOWL_DEPTHS_CM, strict=True):
        back = frame.step(np.array([[0, 0, -depth]], np.float32))
        rings.append(middle + spread * size + back)
        morphs.append(full * min(1.0, size))
    shades = np.repeat(BOWL_SHADES, len(lips))[:, None]
    return _Placed(
        np.concatenate(rings), np.concatenate(morphs, 1),
        _tube(len(lips), len(rings)), (shades * FLESH).astype(np.float32),
    )  # fmt: skip


def _tube(around: int, rings: int) -> NDArray[np.int32]:
    index = np.arange(around * rings).reshape(rings, around)
    a, b = index[:-1], np.roll(index[:-1], -1, 1)
    d, c = index[1:], np.roll(index[1:], -1, 1)
    both = np.stack([np.stack([a, b, c], -1), np.stack([a, c, d], -1)])
    return both.reshape(-1, 3).astype(np.int32)


def _joined(shells: list[_Placed], light: float) -> Part:
    first, triangles = 0, list[NDArray[np.int32]]()
    for shell in shells:
        triangles.append(shell.triangles + first)
        first += len(shell.positions)
    colours = np.concatenate([s.colours for s in shells]) * light
    return Part(
        positions=np.concatenate([s.positions for s in shells]).astype(np.float32),
        morphs=np.concatenate([s.morphs for s in shells], 1).astype(np.float32),
        triangles=np.concatenate(triangles).astype(np.int32),
        head=np.ones(first, np.float32),
        colours=np.clip(colours, 0, 1).astype(np.float32),
    )
