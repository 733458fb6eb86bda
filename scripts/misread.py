"""Draw docs/pictures/misread.jpg: where the rig put lids, and where they were seen.

python -m scripts.misread
"""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from avatar_serving import weights
from avatar_serving.avatars import package
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.evaluation.gallery import PUT, SEEN
from avatar_serving.evaluation.stand import Points, Stand, View
from avatar_serving.evaluation.subject import from_portrait
from avatar_serving.faces import FaceFinder
from avatar_serving.faces.topology import LEFT_BROW, LEFT_EYE, RIGHT_BROW, RIGHT_EYE

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "misread.jpg"
SIZE_PX, TILE_PX, BAR_PX = 1024, (420, 210), 20
POSES: dict[str, dict[str, float]] = {
    "neutral": {},
    "eyeBlink .5": {"eyeBlink": 0.5},
    "eyeBlink 1": {"eyeBlink": 1.0},
}
LINES = ((RIGHT_EYE, True), (LEFT_EYE, True), (RIGHT_BROW[:5], False), (LEFT_BROW[:5], False))


def main() -> None:
    subject = from_portrait("admiral", weights.path("portrait-admiral").read_bytes())
    stand = Stand(package.load(subject.package), FaceFinder(), SIZE_PX)
    box = _around_eyes(stand.geometry(pose_values({})))
    wide, high = TILE_PX
    sheet = Image.new("RGB", (wide * len(POSES), high + BAR_PX), "white")
    for i, (label, named) in enumerate(POSES.items()):
        drawn = Image.fromarray(_marked(stand.view(pose_values(named))))
        sheet.paste(drawn.resize(TILE_PX, Image.Resampling.LANCZOS, box), (i * wide, 0))
        ImageDraw.Draw(sheet).text((i * wide + 6, high + 2), label, fill="black", font_size=14)
    sheet.save(PICTURE, quality=85, optimize=True)


def _around_eyes(face: Points) -> tuple[float, float, float, float]:
    points = face[[*RIGHT_EYE, *LEFT_EYE, *RIGHT_BROW, *LEFT_BROW]]
    x, y = (points.min(0) + points.max(0)) / 2
    half = 0.6 * float(np.ptp(points[:, 0]))
    return float(x) - half, float(y) - half / 2, float(x) + half, float(y) + half / 2


def _marked(view: View) -> np.ndarray:
    picture = view.picture.copy()
    for points, colour in ((view.geometry, PUT), (view.seen, SEEN)):
        if points is not None:
            for line, closed in LINES:
                at = np.round(points[list(line)] * 16).astype(np.int32)
                cv2.polylines(picture, [at], closed, colour, 1, cv2.LINE_AA, 4)
    return picture


if __name__ == "__main__":
    main()
