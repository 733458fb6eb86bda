"""Pictures, and frames of video."""

from dataclasses import dataclass, field

from avatar_serving.media.face import FaceFrame
from avatar_serving.media.sound import AudioChunk


@dataclass(frozen=True, slots=True)
class Image:
    """8-bit sRGB, upright, no alpha."""

    rgb: bytes
    """height * width * 3 bytes, row by row."""
    width: int
    height: int


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
    show: str = ""
    """Names what requests are parts of, asked for one after the other: engines whose heads move by
    themselves go on from what they drew last. Empty: it stands alone."""
    breathes_s: float | None = None
    """The time 0 of the frames by the clock that the person breathes by; None: they do not."""

    @property
    def held(self) -> str:
        """Where a show goes on, there it is remembered."""
        return self.show


@dataclass(frozen=True, slots=True)
class VideoFrame:
    """One picture of a video."""

    at_s: float
    image: Image = field(repr=False)
    alpha: bytes | None = field(default=None, repr=False)
    """Of a person cut out: height * width bytes, 0 (nothing) .. 255. Colours are not multiplied by
    it."""


@dataclass(frozen=True, slots=True)
class Glance:
    """A picture that somebody shows, or a camera's frame, to be told in a sentence or two."""

    image: Image
    question: str = ""
    """What is asked about it; empty: what it shows."""
