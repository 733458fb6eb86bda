"""From a portrait to an avatar: what is found in it, and how it shall be changed."""

from dataclasses import dataclass, field
from typing import Literal

from avatar_serving.media.pictures import Image


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
    """decodable, size, face, faces, face_size, sharpness, exposure, pose, occlusion, nsfw ..."""
    score: float
    """0 (unusable) .. 1 (perfect)."""
    verdict: Literal["good", "fair", "refused"]
    reason: str
    """One sentence for the person who uploaded it, saying what to do if it is not good."""


Box = tuple[float, float, float, float]
"""x, y, width, height in pixels; it may reach over the edge of the picture."""
Rectangle = tuple[int, int, int, int]
"""x, y, width, height in whole pixels, inside the picture."""


@dataclass(frozen=True, slots=True)
class FoundFace:
    """One of the faces of a picture."""

    box: Box
    around: Rectangle
    """The part of the picture that shows this person, and others as little as may be."""


@dataclass(frozen=True, slots=True)
class Review:
    """What was found out about a portrait, before an avatar is made of it."""

    checks: tuple[Check, ...]
    face_box: Box | None = None
    """The face that was looked at, in the reviewed image."""
    faces: tuple[FoundFace, ...] = ()
    """All that were found, from left to right."""
    measured: bytes = field(default=b"", repr=False)
    """A picture (WebP) of what was measured in a drawn face; empty for photos."""

    @property
    def refused(self) -> Check | None:
        """The first check that it fails; None: an avatar can be made."""
        return next((c for c in self.checks if c.verdict == "refused"), None)


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
    """A portrait to be drawn anew."""

    image: Image
    look: Look

    @property
    def held(self) -> str:
        """A replica that has the adapter in memory answers soonest."""
        return self.look.drawing.adapter if self.look.drawing else ""


@dataclass(frozen=True, slots=True)
class ReconstructRequest:
    """A portrait that an avatar is to be made of."""

    image: Image
    seed: int = 0
    more: tuple[Image, ...] = field(default=(), repr=False)
    """Further pictures of the same person, for engines that look at several (`most_pictures`)."""
