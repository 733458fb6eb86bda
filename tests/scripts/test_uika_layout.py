"""A layout for UIKA from files as FLAME has them: here a sheet that is bent a little."""

import numpy as np
import pytest
import typer

from avatar_serving.avatars.head_map import canonical_layout
from scripts import uika_layout

KNOWN = np.arange(3, 468, 4)


def bent(places):
    """Where a place of our map is on theirs, u across and v up."""
    u, v = places.T
    return np.stack([0.2 + 0.6 * u + 0.05 * v**2, 0.9 - 0.7 * v + 0.04 * u * v], 1)


@pytest.fixture
def files(tmp_path):
    """Every known landmark in the middle of a triangle of its own."""
    middles = bent(canonical_layout()[KNOWN])
    around = np.array([[-0.01, -0.01], [0.02, -0.01], [-0.01, 0.02]])
    corners = (middles[:, None] + around).reshape(-1, 2)
    triangles = np.arange(len(corners)).reshape(-1, 3)
    texture, embedding = tmp_path / "texture.npz", tmp_path / "embedding.npz"
    np.savez(texture, vt=corners, ft=triangles.astype(np.uint32))
    thirds = np.full((len(KNOWN), 3), 1 / 3)
    given = {"lmk_face_idx": np.arange(len(KNOWN)), "lmk_b_coords": thirds}
    np.savez(embedding, **given, landmark_indices=KNOWN)
    return texture, embedding


def test_landmarks_between_the_known_ones_are_where_they_would_be(files, tmp_path):
    uika_layout.main(*files, tmp_path / "layout.npy")
    found = np.load(tmp_path / "layout.npy")
    wanted = bent(canonical_layout()) * (1, -1) + (0, 1)  # theirs has v down
    assert found.shape == (468, 2) and found.dtype == np.float32
    assert np.abs(found[KNOWN] - wanted[KNOWN]).max() < 1e-6
    assert np.abs(found - wanted).max() < 0.01


def test_other_files_are_refused(files, tmp_path):
    texture, embedding = files
    with pytest.raises(typer.BadParameter, match="has no lmk_face_idx"):
        uika_layout.main(texture, texture, tmp_path / "layout.npy")
    np.savez(texture, vt=3 * np.load(texture)["vt"], ft=np.load(texture)["ft"])
    with pytest.raises(typer.BadParameter, match="outside"):
        uika_layout.main(texture, embedding, tmp_path / "layout.npy")
