"""Drive an avatar of one picture of a film by the rest of it, and compare.

    python -m scripts.reenact FILM [--seconds 60] [--every 12] [-o SHEET.jpg]

Prints the table of docs/evaluation.md: how far what is drawn is from what really was, of the driven
avatar and, for scale, of the same avatar that holds still.
"""

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from operator import attrgetter
from pathlib import Path

import numpy as np
from PIL import Image

from avatar_serving.avatars import portrait
from avatar_serving.driving.motion import Motion, motion_of
from avatar_serving.evaluation.landmarks import PARTS
from avatar_serving.evaluation.reenactment import (
    Pixels,
    Reenacted,
    calmest,
    driven,
    followed,
    reenact,
)
from avatar_serving.evaluation.stand import Stand
from avatar_serving.faces import FaceFinder
from avatar_serving.faces.identity import IdentityModel
from avatar_serving.footage.bank import Faces
from avatar_serving.footage.reading import pictures
from avatar_serving.footage.watching import Watch

IMAGE_PX, TILE_PX, SHOWN = 768, 200, 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("film", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--every", type=int, default=12)
    parser.add_argument("-o", dest="sheet", type=Path)
    asked = parser.parse_args()
    film, motion = _film(asked.film.read_bytes(), asked.seconds)
    source = calmest(motion)
    finder = FaceFinder()
    *_, built = portrait.build(film[source], finder, IMAGE_PX)
    assert isinstance(built, portrait.Portrait)
    stand, model = Stand(built.rig, finder), IdentityModel()
    at = range(0, motion.count, asked.every)
    acted = [(film[i], driven(motion, source, i)) for i in at]
    still = [(film[i], driven(motion, source, source)) for i in at]
    seen = list(reenact(stand, model, acted))
    print(f"of picture {source}; {len(seen)} of {len(acted)} pictures with a face in both")
    _print(seen, list(reenact(stand, model, still)))
    if asked.sheet is not None:
        Image.fromarray(_sheet(seen)).save(asked.sheet, quality=85, optimize=True)


def _film(data: bytes, seconds: float) -> tuple[list[Pixels], Motion]:
    film, frames, takes, landmarks = [], [], [], []
    watch, fps = None, 0
    for read in pictures(data):
        watch, fps = watch or Watch(read.fps), read.fps
        face = watch.see(read.picture)
        if face is not None:
            frames.append(len(film))
            takes.append(watch.take)
            landmarks.append(face)
        film.append(read.picture)
        if len(film) >= seconds * fps:
            break
    seen = Faces(fps, np.array(frames), np.array(takes), np.array(landmarks, np.float32))
    return film, motion_of(seen, len(film))


def _print(seen: Sequence[Reenacted], still: Sequence[Reenacted]) -> None:
    rows: dict[str, Callable[[Reenacted], float]] = {
        "landmark error (NME)": Reenacted.error,
        **{f"- {part}": partial(Reenacted.error, part=part) for part in PARTS},
        "PSNR within the face, dB": attrgetter("psnr_db"),
        "SSIM within the face": attrgetter("ssim"),
        "identity": attrgetter("identity"),
    }
    print("| | driven: p50, p95 | still: p50, p95 |\n|---|---|---|")
    for name, of in rows.items():
        worst = 5 if name.startswith(("PSNR", "SSIM")) else 95
        cells = [np.percentile([of(one) for one in some], (50, worst)) for some in (seen, still)]
        print(f"| {name} |", " | ".join(f"{a:.4g}, {b:.4g}" for a, b in cells), "|")
    print("\n| | correlation | slope |\n|---|---|---|")
    for name, (correlation, slope) in followed(seen).items():
        print(f"| {name} | {correlation:.2f} | {slope:.2f} |")


def _sheet(seen: Sequence[Reenacted]) -> Pixels:
    """What really was above what was drawn."""
    shown = list(islice(seen, 0, None, max(1, len(seen) // SHOWN)))[:SHOWN]
    rows = [[_tile(one.real) for one in shown], [_tile(one.drawn) for one in shown]]
    return np.concatenate([np.concatenate(row, axis=1) for row in rows])


def _tile(picture: Pixels) -> Pixels:
    return np.asarray(Image.fromarray(picture).resize((TILE_PX, TILE_PX)), np.uint8)


if __name__ == "__main__":
    main()
