"""Everything that flows between stages. Frozen, cheap to make, equal by value, picklable."""

from dataclasses import dataclass, field
from typing import Literal, get_args

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


@dataclass(frozen=True, slots=True)
class Image:
    """8-bit sRGB, upright, no alpha."""

    rgb: bytes
    """height * width * 3 bytes, row by row."""
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class AudioChunk:
    pcm: bytes
    """Mono, signed 16-bit little endian."""
    sample_rate: int

    @property
    def seconds(self) -> float:
        return len(self.pcm) / 2 / self.sample_rate


@dataclass(frozen=True, slots=True)
class Phone:
    """One speech sound. *symbol* is IPA as Kokoro writes it ('A' is eɪ, 'ʤ' is dʒ ...)."""

    symbol: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Speech:
    """Synthesised sound with the times of what is said in it, from its own first sample."""

    audio: AudioChunk
    phones: tuple[Phone, ...] = ()
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    text: str
    """One clause, as a person would read it aloud."""
    voice: str
    """An id of the voice catalogue."""
    language: str = "en"
    """BCP-47 primary language: en, zh, ja ..."""
    speed: float = 1.0
    """0.5..2.0"""
    pitch: float = 0.0
    """Semitones above the voice's own, -6..6."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What a user said, to be recognised."""

    audio: AudioChunk
    """16 kHz."""
    language: str | None = None
    """Known language, or None to detect it."""
    expected: str | None = None
    """The language of the talk so far: where the sound leaves doubt, it is more of the same."""


@dataclass(frozen=True, slots=True)
class Transcript:
    text: str
    language: str
    final: bool = True


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the client can do for a language model."""

    name: str
    description: str
    parameters: str
    """JSON schema of its arguments, as JSON text."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A language model wants a function done."""

    id: str
    """Names the call, so that its result can be told apart from others."""
    name: str
    arguments: str
    """A JSON object, as text."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What an answer has cost, as its language model counted."""

    prompt: int
    answer: int
    cached: int = 0
    """Of *prompt*: read before and remembered."""
    complete: bool = True
    """False: it was cut at ``max_tokens``."""


@dataclass(frozen=True, slots=True)
class Message:
    role: Literal["system", "user", "assistant", "tool"]
    text: str
    calls: tuple[ToolCall, ...] = ()
    """Functions that the assistant wanted done."""
    call_id: str = ""
    """Of the role tool: the call that *text* is the result of."""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    messages: tuple[Message, ...]
    max_tokens: int = 160
    temperature: float = 0.7
    seed: int | None = None
    model: str = ""
    """Which of the profile's language models answers; empty: its default."""
    tools: tuple[Tool, ...] = ()
    tool_choice: str = "auto"
    """auto, none, required, or the name of the one that must be called."""
    schema: str = ""
    """JSON schema that the answer keeps to, as JSON text; empty: it is free."""
    choices: tuple[str, ...] = ()
    """The answer is one of these; empty: it is free."""
    adapter: str = ""
    """LoRA adapter that the model puts on; empty: none. Engines without adapters ignore it."""
    goes_on: bool = False
    """The last message is the beginning of the answer: what comes after it is asked for."""


ChatDelta = str | ToolCall | Tokens
"""What an answer is made of: text as it is written, whole calls, and at last what it has cost."""


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
    at_s: float
    """When to show it, from the first audio sample of the answer."""
    values: tuple[float, ...]
    """One number for each of CHANNELS."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How an answer is spoken."""

    voice: str
    language: str = "en"
    speed: float = 1.0
    pitch: float = 0.0
    """Semitones above the voice's own, -6..6."""
    seed: int = 0
    animated: bool = True
    mood: Mood = Mood()


@dataclass(frozen=True, slots=True)
class Spoken:
    """A stretch of an answer, ready to be played."""

    text: str
    """The clause that begins here; empty where a clause goes on."""
    speech: Speech
    start_s: float
    """Where it begins in the answer."""
    frames: tuple[FaceFrame, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far long work has come. *fraction* is 0..1 over the whole work and never goes back."""

    step: str
    fraction: float
    message: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at in an image."""

    name: str
    """decodable, size, face, face_size, sharpness, exposure, pose, occlusion, nsfw ..."""
    score: float
    """0 (unusable) .. 1 (perfect)."""
    verdict: Literal["good", "fair", "refused"]
    reason: str
    """One sentence for the person who uploaded it, saying what to do if it is not good."""


@dataclass(frozen=True, slots=True)
class Review:
    checks: tuple[Check, ...]
    face_box: tuple[float, float, float, float] | None = None
    """x, y, width, height in pixels of the reviewed image."""
    measured: bytes = field(default=b"", repr=False)
    """A picture (WebP) of what was measured in a drawn face; empty for photos."""

    @property
    def refused(self) -> Check | None:
        return next((c for c in self.checks if c.verdict == "refused"), None)


@dataclass(frozen=True, slots=True)
class Glance:
    """A picture that somebody shows, or a camera's frame, to be told in a sentence or two."""

    image: Image
    question: str = ""
    """What is asked about it; empty: what it shows."""


@dataclass(frozen=True, slots=True)
class DrawingPrompt:
    """What a picture generator is asked for."""

    language: str
    """BCP-47 primary language: en, zh."""
    text: str
    negative: str
    """What shall not be in the picture."""


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a portrait, measured or seen by a model."""

    facts: tuple[tuple[str, str], ...]
    """(name, value) pairs in reading order: subject, age, hair, clothing, expression ..."""
    text: str
    """One sentence. Measured engines build it from the facts; a language model may rewrite it."""
    prompts: tuple[DrawingPrompt, ...] = ()
    """How a picture generator would be asked for such a portrait, one for each language."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What an engine that draws by words is asked for; other engines refuse it."""

    prompt: str = ""
    """What the picture shows; empty: a person. The presets are added to it."""
    negative: str = ""
    """What it shall not show."""
    expression: str = "keep"
    pose: str = "keep"
    scene: str = "keep"
    """What is drawn behind the person."""
    steps: int = 0
    """0: as many as the engine is set to."""
    guidance: float = -1.0
    """How closely the words are followed; negative: as the engine is set to."""
    seed: int = 0
    adapter: str = ""
    """Name of a LoRA adapter: a character, or a manner of drawing."""


@dataclass(frozen=True, slots=True)
class Likeness(Progress):
    """How near a drawn face is to the one in the photo."""

    distance: float = 0.0
    """Between face descriptors, 0 .. about 1.2."""
    kept: bool = True
    """Near enough to be taken for the same person."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a portrait should be changed before it becomes an avatar."""

    restore: bool = False
    style: str = "none"
    """none, anime, the name of a painting style of the engine, or image: that of *style_image*."""
    strength: float = 0.6
    """0..1, for painting styles."""
    background: str = "keep"
    """keep, blur, or a colour '#rrggbb'; an image goes in *background_image*."""
    background_image: Image | None = None
    style_image: Image | None = None
    """A picture in whose manner the portrait is painted, with style image."""
    drawing: Drawing | None = None


@dataclass(frozen=True, slots=True)
class StyliseRequest:
    image: Image
    look: Look

    @property
    def adapter(self) -> str:
        return self.look.drawing.adapter if self.look.drawing else ""


@dataclass(frozen=True, slots=True)
class ReconstructRequest:
    image: Image
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a picture, in pixels."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """Draw frames of an avatar."""

    package: bytes = field(repr=False)
    """An avatar package (zip)."""
    frames: tuple[FaceFrame, ...] = field(repr=False)
    size: int = 512
    """Side of the avatar's whole square, in pixels."""
    window: Window | None = None
    """The part of the square that is drawn; None: all of it."""
    behind: Image | None = None
    """What is seen behind the person, as large as what is drawn; None: what the picture showed."""
    cut_out: bool = False
    """Draw the person alone, with alpha; *behind* is not used."""
    sound: AudioChunk | None = field(default=None, repr=False)
    """What is heard from the time 0 of the frames on, for engines that draw the mouth by it."""


@dataclass(frozen=True, slots=True)
class VideoFrame:
    at_s: float
    image: Image = field(repr=False)
    alpha: bytes | None = field(default=None, repr=False)
    """Of a person cut out: height * width bytes, 0 (nothing) .. 255. Colours are not multiplied by
    it."""
