"""The motion of a face."""

from dataclasses import dataclass
from typing import Literal, get_args

from avatar_serving.media.sound import AudioChunk, Phone

ARKIT = (
    "eyeBlinkLeft", "eyeLookDownLeft", "eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft",
    "eyeSquintLeft", "eyeWideLeft", "eyeBlinkRight", "eyeLookDownRight", "eyeLookInRight",
    "eyeLookOutRight", "eyeLookUpRight", "eyeSquintRight", "eyeWideRight", "jawForward",
    "jawLeft", "jawRight", "jawOpen", "mouthClose", "mouthFunnel", "mouthPucker", "mouthLeft",
    "mouthRight", "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight",
    "mouthDimpleLeft", "mouthDimpleRight", "mouthStretchLeft", "mouthStretchRight",
    "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthPressLeft",
    "mouthPressRight", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft",
    "mouthUpperUpRight", "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft",
    "browOuterUpRight", "cheekPuff", "cheekSquintLeft", "cheekSquintRight", "noseSneerLeft",
    "noseSneerRight", "tongueOut",
)  # fmt: skip
"""The 52 ARKit blendshapes, in the order of Apple's ARFaceAnchor.BlendShapeLocation."""

HEAD = ("headYaw", "headPitch", "headRoll")
"""Degrees. Positive: the person turns to their own left, looks up, tilts to their own left."""

CHANNELS = ARKIT + HEAD
"""What one face frame holds: 52 weights 0..1, then three head angles in degrees."""


Behaviour = Literal["idle", "listening", "thinking", "speaking"]

Emotion = Literal[
    "neutral", "joy", "sadness", "anger", "fear", "disgust", "surprise", "concern", "thinking"
]
EMOTIONS: tuple[Emotion, ...] = get_args(Emotion)


@dataclass(frozen=True, slots=True)
class Mood:
    """What a face shows beside what it says."""

    emotion: Emotion = "neutral"
    intensity: float = 0.0
    """0..1"""


@dataclass(frozen=True, slots=True)
class AnimateRequest:
    """A stretch of face motion: under speech, or the way a person waits, listens or thinks."""

    seconds: float
    phones: tuple[Phone, ...] = ()
    start_s: float = 0.0
    """Where this stretch begins in the answer. Frames fall on multiples of 1 / fps of the answer's
    time, so that consecutive stretches join without a seam."""
    behaviour: Behaviour = "speaking"
    mood: Mood = Mood()
    mood_before: Mood | None = None
    """The mood at the end of the stretch before, out of which this one's is eased; None: the same,
    so that it is held from the first frame."""
    audio: AudioChunk | None = None
    """The sound of the stretch, from its start: head and brows go with it, and engines that listen
    find the mouth in it."""
    audio_before: AudioChunk | None = None
    """What was heard right before it, about two seconds: networks need time to hear."""
    seed: int = 0
    loop: bool = False
    """Make the stretch end where it began (for clips that a client repeats)."""


@dataclass(frozen=True, slots=True)
class FaceFrame:
    """A face at one moment."""

    at_s: float
    """When to show it, from the first audio sample of the answer."""
    values: tuple[float, ...]
    """One number for each of CHANNELS."""
