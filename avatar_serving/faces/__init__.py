"""Faces in images: where they are, what they do, and what belongs to the person."""

from avatar_serving.faces.canonical import canonical_mesh
from avatar_serving.faces.face import Face
from avatar_serving.faces.find import FaceFinder

__all__ = ["Face", "FaceFinder", "canonical_mesh"]
