"""What faces show: action units, and the emotions made of them."""

from avatar_serving.expressions.presets import PRESETS, Preset, weights_of

__all__ = ["PRESETS", "Preset", "weights_of"]
