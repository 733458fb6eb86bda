"""Portraits of nobody: an adversarial network learns a kind of face from many pictures of it."""
