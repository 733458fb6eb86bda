"""Faces that were drawn: where their eyes, brows and mouths are, and a rig that moves them."""
