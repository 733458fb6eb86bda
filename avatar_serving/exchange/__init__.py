"""Avatars in the formats of others: glTF, 3D Gaussian splats, LAM chat packages."""

METRES = 0.5
"""Width of an avatar's image square where a format counts in metres: a face is then life-sized."""
