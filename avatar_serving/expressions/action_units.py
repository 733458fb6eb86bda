"""The muscles of a face as the Facial Action Coding System numbers them, in ARKit's shapes.

Numbers and meanings: P. Ekman, W. Friesen, J. Hager, Facial Action Coding System (2002). ARKit
names shapes by what is seen, so that most units have one shape; its gains are our own.
"""

from avatar_serving.media import ARKIT

ACTION_UNITS: dict[int, tuple[tuple[str, float], ...]] = {
    1: (("browInnerUp", 1.0),),
    2: (("browOuterUp", 1.0),),
    4: (("browDown", 1.0),),
    5: (("eyeWide", 1.0),),
    6: (("cheekSquint", 1.0), ("eyeSquint", 0.35)),
    7: (("eyeSquint", 1.0),),
    9: (("noseSneer", 1.0), ("mouthUpperUp", 0.25)),
    10: (("mouthUpperUp", 1.0),),
    12: (("mouthSmile", 1.0),),
    14: (("mouthDimple", 1.0),),
    15: (("mouthFrown", 1.0),),
    16: (("mouthLowerDown", 1.0),),
    17: (("mouthShrugLower", 1.0), ("mouthShrugUpper", 0.4)),
    20: (("mouthStretch", 1.0),),
    23: (("mouthRollLower", 0.6), ("mouthRollUpper", 0.6)),
    24: (("mouthPress", 1.0),),
    26: (("jawOpen", 1.0),),
}
"""For each unit, the shapes it moves at intensity 1. A shape without a side is moved on both."""


def shapes(units: dict[int, float], lean: float = 0.0) -> dict[str, float]:
    """ARKit weights 0..1 of some units at some intensities 0..1.

    *lean* -1..1 makes one side up to a fifth stronger and the other weaker: no face is symmetric.
    """
    result: dict[str, float] = {}
    for unit, intensity in units.items():
        for shape, gain in ACTION_UNITS[unit]:
            for name, side in _names(shape):
                weight = intensity * gain * (1 + 0.2 * lean * side)
                result[name] = min(1.0, result.get(name, 0.0) + weight)
    return result


def _names(shape: str) -> tuple[tuple[str, float], ...]:
    if shape in ARKIT:
        return ((shape, 0.0),)
    return ((f"{shape}Left", 1.0), (f"{shape}Right", -1.0))
