"""Where an avatar's face is in a frame, and which part of it speaks: told by what its shapes move.

That holds for any package, whatever its mesh: the cheeks are what `cheekPuff` moves, the chin what
`jawForward` moves most, the lips what `mouthPucker` does, the lids what `eyeBlink` does.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars import gaussian, package
from avatar_serving.avatars.neck import YawRange, obeyed
from avatar_serving.avatars.rig import Floats, Part, pose_part
from avatar_serving.errors import PackageInvalid
from avatar_serving.media import ARKIT, CHANNELS, Window
from avatar_serving.stages.render.drawing import Pixels

_MOVED, _MOVED_MOST = 0.12, 0.75
"""Shares of a shape's largest movement from which a point counts as moved by it."""
_OUTER = 2.0
"""Percent of the cheeks' points left out at each side: hair and collars move a little too."""
_NOSE = 0.45
"""Where between lids and lips the lower half begins, below which a face is drawn anew."""
_MARGIN = 0.04
"""Of the face's height, below the chin."""
_FEATHER = 0.03
"""Width of the soft edge, in faces."""
_FAINT = 0.03
"""What is left of a soft edge where it ends."""
_SPEECH = (
    "jaw", "mouthClose", "mouthFunnel", "mouthPucker", "mouthLower", "mouthUpper", "mouthRoll",
    "mouthShrug", "mouthPress", "tongue",
)  # fmt: skip
_SHUT = np.array([not name.startswith(_SPEECH) for name in CHANNELS], np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A face in a frame, in pixels of it; its lower half speaks."""

    left: float
    top: float
    right: float
    bottom: float
    outline: Floats
    """(n, 2): points of cheeks and chin."""

    def crop(self, frame: Pixels, side: int) -> Pixels:
        """The face (side, side, 3), whatever its proportions; edges go on beyond the frame."""
        size = (side, side)
        shown = cv2.warpAffine(frame, self._to(side), size, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(shown, np.uint8)

    def put_back(self, frame: Pixels, drawn: Pixels) -> Pixels:
        """*frame* with the lower half of *drawn* (side, side, 3), blended softly into the face."""
        height, width = frame.shape[:2]
        low = np.clip(np.floor([self.left, self.top]), 0, [width, height]).astype(int)
        past = np.clip(np.ceil([self.right, self.bottom]), low, [width, height]).astype(int)
        if (low == past).any():
            return frame
        to = self._to(len(drawn))
        back = cv2.invertAffineTransform(to) - [[0, 0, low[0]], [0, 0, low[1]]]
        size: tuple[int, int] = tuple((past - low).tolist())
        placed = cv2.warpAffine(drawn, back, size, borderMode=cv2.BORDER_REPLICATE)
        weight = cv2.warpAffine(self._mask(to, len(drawn)), back, size)[..., None]
        blended, part = frame.copy(), np.s_[low[1] : past[1], low[0] : past[0]]
        own = frame[part].astype(np.float32)
        blended[part] = (own + weight * (placed - own) + 0.5).astype(np.uint8)
        return blended

    def _to(self, side: int) -> NDArray[np.float32]:
        """Frame pixels to those of the crop."""
        x, y = side / (self.right - self.left), side / (self.bottom - self.top)
        return np.array([[x, 0, -self.left * x], [0, y, -self.top * y]], np.float32)

    def _mask(self, to: NDArray[np.float32], side: int) -> NDArray[np.float32]:
        """(side, side), 1 where the new face is seen: only in its lower half."""
        feather = _FEATHER * side
        mask = np.zeros((side, side), np.uint8)
        hull = cv2.convexHull((self.outline @ to[:, :2].T + to[:, 2]).astype(np.float32))
        cv2.fillConvexPoly(mask, np.round(hull).astype(np.int32), 255)
        mask[: round(side / 2 + 2 * feather)] = 0
        # Shrunk first, so that its soft edge ends where the hull did.
        reach = 2 * round(2 * feather) + 1
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
        edge = cv2.BORDER_CONSTANT
        core = cv2.erode(mask, disc, borderType=edge, borderValue=0)
        soft = cv2.GaussianBlur(core.astype(np.float32) / 255, (0, 0), feather, borderType=edge)
        return np.asarray(np.clip((soft - _FAINT) / (1 - 2 * _FAINT), 0, 1), np.float32)


class FaceRegion:
    """Of one package."""

    def __init__(self, content: bytes) -> None:
        """Raises PackageInvalid: also where no shape tells cheeks, chin, lips and lids."""
        skin, self._pivot, self._yaw = skin_of(content)
        self._cheeks = _only(skin, _moved(skin, "cheekPuff"))
        self._chin = _only(skin, _moved(skin, "jawForward", _MOVED_MOST))
        self._lips = _only(skin, _moved(skin, "mouthPucker"))
        self._lids = _only(skin, _moved(skin, "eyeBlinkLeft") | _moved(skin, "eyeBlinkRight"))

    def seen(self, values: tuple[float, ...], size: int, window: Window) -> Seen:
        """The face of a frame with a shut mouth (a number for each of CHANNELS)."""
        values = obeyed(values, self._yaw)
        cheeks, jaw, lips, lids = (
            _pixels(pose_part(part, self._pivot, values), size, window)
            for part in (self._cheeks, self._chin, self._lips, self._lids)
        )
        left, right = np.percentile(cheeks[:, 0], (_OUTER, 100 - _OUTER)).tolist()
        chin = float(np.percentile(jaw[:, 1], 100 - _OUTER))
        nose = float(lids[:, 1].mean() * (1 - _NOSE) + lips[:, 1].mean() * _NOSE)
        chin += _MARGIN * (chin - nose)
        outline = np.concatenate([cheeks, jaw])
        inside = (outline[:, 0] >= left) & (outline[:, 0] <= right) & (outline[:, 1] <= chin)
        return Seen(left, 2 * nose - chin, right, chin, outline[inside])


def shut(values: tuple[float, ...]) -> tuple[float, ...]:
    """A face frame that says nothing; its mood stays."""
    return tuple((np.asarray(values) * _SHUT).tolist())


def skin_of(content: bytes) -> tuple[Part, tuple[float, float, float], YawRange]:
    """What turns with the head, about which point, and how far to each side."""
    opened = package.read(content)
    if opened.manifest.type == "gaussian":
        scene = gaussian.scene(opened)
        return scene.layers[0].mesh, scene.pivot, scene.yaw
    rig = package.load(content)
    return rig.skin, rig.pivot, rig.yaw


def _moved(part: Part, shape: str, share: float = _MOVED) -> NDArray[np.bool_]:
    """(n,): vertices that follow the head and that *shape* moves."""
    far = np.linalg.norm(part.morphs[ARKIT.index(shape)], axis=1)
    moved = (far > share * far.max(initial=1e-9)) & (part.head > 0.9)
    if not moved.any():
        raise PackageInvalid(f"the shape {shape} moves nothing, so that nobody can tell the face")
    return moved


def _only(part: Part, chosen: NDArray[np.bool_]) -> Part:
    return replace(
        part, positions=part.positions[chosen], morphs=part.morphs[:, chosen],
        head=part.head[chosen], uv=None, texture=None, colours=None,
    )  # fmt: skip


def _pixels(points: Floats, size: int, window: Window) -> Floats:
    """(n, 2) in the frame of a rig's points (n, 3)."""
    corner = np.array([window.left, window.top])
    return (points[:, :2] * [1, -1] + 0.5) * size - corner
