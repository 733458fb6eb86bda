"""Several faces in a picture: where each is, and what of the picture is its own."""

from collections.abc import Sequence

from avatar_serving.errors import InvalidRequest
from avatar_serving.faces.face import Face
from avatar_serving.images import from_array, to_array
from avatar_serving.media import Box, FoundFace, Image, Rectangle

ROOM = (1.0, 0.9, 1.0, 1.9)
"""Head and shoulders around a face: to the left, above, to the right, below, in its own width and
height."""
NEAREST = (0.15, 0.35, 0.15, 0.2)
"""The same, where somebody stands close by: hair and ears stay."""


def found(faces: Sequence[Face], width: int, height: int) -> tuple[FoundFace, ...]:
    """From left to right, in a picture of *width* x *height* pixels."""
    boxes = sorted((face.box for face in faces), key=lambda box: box[0] + box[2] / 2)
    return tuple(FoundFace(box, _around(box, boxes, width, height)) for box in boxes)


def cut_out(image: Image, faces: Sequence[FoundFace], number: int) -> Image:
    """The picture around one of *faces*, *number* 1 being the leftmost.

    Raises InvalidRequest: there are not so many.
    """
    if not 1 <= number <= len(faces):
        raise InvalidRequest(f"face {number}: the picture has {len(faces)}, from the left", "face")
    left, top, width, height = faces[number - 1].around
    return from_array(to_array(image)[top : top + height, left : left + width])


def _around(box: Box, boxes: Sequence[Box], width: int, height: int) -> Rectangle:
    """Neighbours are left out, each on the side on which it stands furthest off."""
    across, down = box[2:]
    extent = (across, down, across, down)
    room = [share * size for share, size in zip(ROOM, extent, strict=True)]
    for other in boxes:
        if other is box:
            continue
        gaps = _gaps(box, other)
        side = gaps.index(max(gaps))
        room[side] = max(NEAREST[side] * extent[side], min(room[side], gaps[side]))
    left, top = max(0, round(box[0] - room[0])), max(0, round(box[1] - room[1]))
    right = min(width, round(box[0] + across + room[2]))
    bottom = min(height, round(box[1] + down + room[3]))
    return left, top, right - left, bottom - top


def _gaps(box: Box, other: Box) -> tuple[float, float, float, float]:
    """How far *other* lies to the left, above, to the right, below; negative where they overlap."""
    return (
        box[0] - other[0] - other[2],
        box[1] - other[1] - other[3],
        other[0] - box[0] - box[2],
        other[1] - box[1] - box[3],
    )
