"""Write the ``layout.npy`` that a published UIKA checkpoint needs, from FLAME's own files.

python -m scripts.uika_layout FLAME_texture.npz mediapipe_landmark_embedding.npz layout.npy

Both files come with FLAME (flame.is.tue.mpg.de), under its terms: the first has the layout of its
texture, the second says where on its mesh 105 of the 468 landmarks lie. The others are put between
and around them by a thin plate, as heads are laid out everywhere here.
"""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator

from avatar_serving.avatars.head_map import SMOOTHING, canonical_layout
from avatar_serving.avatars.rig import Floats

_TEXTURE = "vt", "ft"
_EMBEDDING = "lmk_face_idx", "lmk_b_coords", "landmark_indices"


def layout(
    corners: Floats, triangles: NDArray[np.int64], faces: NDArray[np.int64],
    shares: Floats, landmarks: NDArray[np.int64],
) -> Floats:  # fmt: skip
    """(468, 2), 0..1, u across and v down.

    *corners* (n, 2) of the texture, v up; *triangles* (m, 3) of them; of each known landmark the
    triangle it lies in, its *shares* (k, 3) of the triangle's corners, and its number.
    """
    known = (corners[triangles[faces]] * shares[..., None]).sum(1)
    known[:, 1] = 1 - known[:, 1]
    places = canonical_layout()
    plate = RBFInterpolator(places[landmarks], known, smoothing=SMOOTHING)
    found = np.asarray(plate(places), np.float32)
    found[landmarks] = known
    return found


def _read(file: Path, names: tuple[str, ...]) -> list[NDArray[np.float64]]:
    with np.load(file, allow_pickle=False) as content:
        if missing := [name for name in names if name not in content]:
            raise typer.BadParameter(f"{file} has no {', '.join(missing)}")
        return [np.asarray(content[name]) for name in names]


def main(
    texture: Annotated[Path, typer.Argument(help="FLAME_texture.npz")],
    embedding: Annotated[Path, typer.Argument(help="mediapipe_landmark_embedding.npz")],
    out: Annotated[Path, typer.Argument(help="The file to write, beside the weights.")],
) -> None:
    corners, triangles = _read(texture, _TEXTURE)
    faces, shares, landmarks = _read(embedding, _EMBEDDING)
    numbers = (each.astype(np.int64) for each in (triangles, faces.ravel(), landmarks.ravel()))
    triangles, faces, landmarks = numbers
    found = layout(corners, triangles, faces, shares.reshape(-1, 3), landmarks)
    if found.min() < 0 or found.max() > 1:
        raise typer.BadParameter("landmarks lie outside of the texture: are these FLAME's files?")
    np.save(out, found)
    typer.echo(f"{out}: {len(found)} landmarks, {len(landmarks)} of them given")


if __name__ == "__main__":
    typer.run(main)
