"""What a face does, in words, from its blendshape weights and pose."""

from avatar_serving.faces import Face

TURN = 18.0
"""Degrees of yaw from which a person looks aside rather than at the camera."""


def expression(face: Face) -> str:
    """Such as 'a broad smile'."""
    shape = face.blendshapes

    def both(name: str) -> float:
        return (shape[f"{name}Left"] + shape[f"{name}Right"]) / 2

    smile, open_jaw = both("mouthSmile"), shape["jawOpen"]
    if both("eyeBlink") > 0.7:
        return "closed eyes"
    if open_jaw > 0.35:
        surprised = shape["browInnerUp"] > 0.5 and both("eyeWide") > 0.1
        return "a look of surprise" if surprised else "an open mouth, as if speaking"
    if smile > 0.6:
        return "a broad smile"
    if smile > 0.25:
        return "a slight smile"
    if both("mouthFrown") > 0.3 or both("browDown") > 0.6:
        return "a stern look"
    if shape["mouthPucker"] > 0.7:
        return "pursed lips"
    return "a calm expression"


def facing(face: Face) -> str:
    """In words, from the head's yaw and pitch in degrees."""
    yaw, pitch, _ = face.pose
    if abs(yaw) > TURN:
        return "looking to the " + ("right" if yaw > 0 else "left") + " of the picture"
    if pitch > 25:
        return "looking up"
    if pitch < -28:
        return "looking down"
    return "facing the camera"
