"""Face motion from a bank of frames made beforehand, found again by how they sounded.

Phase one (`python -m scripts.bank`) speaks samples, keeps what the mouth did in each frame and what
it sounded like. Phase two, here, looks for frames that sound like what is heard and follow each
other well (matching.py), and raises their rate to that asked for. With a rig the way between two
frames is known: vertices move in straight lines with the weights, so that mixing weights is moving
every point along its own flow. Banks of pictures are mixed by optical
flow: avatar_serving.between.
"""

from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field
from scipy.ndimage import gaussian_filter1d

from avatar_serving import weights
from avatar_serving.errors import InvalidRequest
from avatar_serving.flow import in_thread
from avatar_serving.media import AnimateRequest, AudioChunk, FaceFrame
from avatar_serving.stages.animate.face import Speaking, face
from avatar_serving.stages.animate.features import COUNT, Ear
from avatar_serving.stages.animate.matching import Bank, Indices, Search, match
from avatar_serving.stages.animate.mouth import Mouth, still_mouth
from avatar_serving.stages.animate.quiet import track
from avatar_serving.stages.animate.recogniser import PhoneRecogniser
from avatar_serving.stages.animate.sound import listen, prosody
from avatar_serving.stages.animate.timed import speaking_of
from avatar_serving.stages.animate.timeline import COLUMN, Floats, Timeline, timeline
from avatar_serving.stages.base import StageConfig

SHIPPED = Path(__file__).with_name("bank.npz")
RATE_FPS = 60
"""Frames a second of a bank."""
MOUTH = (
    "jawOpen", "mouthFunnel", "mouthPucker", "mouthStretchLeft", "mouthStretchRight",
    "mouthSmileLeft", "mouthSmileRight", "mouthLowerDownLeft", "mouthLowerDownRight",
    "mouthUpperUpLeft", "mouthUpperUpRight", "tongueOut",
)  # fmt: skip
POSE = len(MOUTH) + 2
"""The weights of MOUTH, then how far lips, and lip and teeth, must meet."""
_COLUMNS = [COLUMN[name] for name in MOUTH]
_JOINT = 0.75
"""Standard deviation, in bank frames, of the smoothing around a jump."""


class BankConfig(StageConfig):
    engine: Literal["bank"] = "bank"
    fps: int = Field(default=30, ge=10, le=120)
    """Frames a second. The realtime protocol of this project announces 30."""
    liveliness: float = Field(default=1.0, ge=0.0, le=1.0)
    """How much of the head's motion is shown, 0 (still) .. 1."""
    bank: Path | None = None
    """A bank written by `python -m scripts.bank`; null: the one that comes with the package."""
    width: int = Field(default=32, ge=1)
    """Frames of the bank that are looked at for each frame heard."""
    jump: float = Field(default=0.3, ge=0.0)
    """What a jump in the bank costs against a difference in sound."""
    lag: int = Field(default=3, ge=0, le=30)
    """Frames that are heard before one is decided."""
    weights: ClassVar[tuple[str, ...]] = ("phones", "phones-vocabulary")

    def build(self) -> "BankAnimate":
        return BankAnimate(self)


class BankAnimate:
    """Deterministic in the request. A request without sound is animated from its phones."""

    def __init__(self, config: BankConfig) -> None:
        self._config = config
        self._bank = read_bank(config.bank or SHIPPED)
        self._ear = open_ear()
        self._search = Search(width=config.width, jump=config.jump, lag=config.lag)

    def run(self, request: AnimateRequest, /) -> AsyncGenerator[FaceFrame, None]:
        return in_thread(self._frames(request))

    def _frames(self, request: AnimateRequest) -> Generator[FaceFrame, None, None]:
        line = timeline(request, self._config.fps)
        if line.count:
            heard = request.audio and self._heard(request.audio, request.seconds, line)
            speaking = heard or speaking_of(request, line)
            yield from line.frames(face(request, speaking, line, self._config.liveliness))

    def _heard(self, audio: AudioChunk, seconds: float, line: Timeline) -> Speaking:
        sound = listen(audio)
        times = np.arange(0.0, seconds, 1 / RATE_FPS)
        if not track(sound, seconds).loud.any():
            return Speaking(still_mouth(line), (), prosody(sound, line))
        path = match(self._bank, self._ear.features(sound, times), self._search)
        poses = joined(self._bank, path)
        between = np.stack([np.interp(line.stretch_s, times, pose) for pose in poses.T], axis=1)
        shown = between * line.edges(0.06, 0.09)[:, None]
        return Speaking(mouth_of(shown, line), (), prosody(sound, line))


def open_ear() -> Ear:
    """What hears for a bank. Raises WeightMissing, WeightCorrupt."""
    model, vocabulary = (weights.path(name) for name in BankConfig.weights)
    return Ear(PhoneRecogniser(model, vocabulary))


def joined(bank: Bank, path: Indices) -> Floats:
    """The poses of *path*, softened where it jumps and as they were where it does not."""
    poses = bank.poses[path]
    jumps = np.diff(path, prepend=path[:1] - 1) != 1
    near = np.clip(2 * gaussian_filter1d(jumps.astype(float), _JOINT), 0.0, 1.0)[:, None]
    soft = gaussian_filter1d(poses, _JOINT, axis=0, mode="nearest")
    return poses + near * (soft - poses)


def mouth_of(poses: Floats, line: Timeline) -> Mouth:
    """frames x POSE to a mouth."""
    frames = line.empty()
    frames[:, _COLUMNS] = poses[:, : len(MOUTH)]
    return Mouth(frames, poses[:, -2], poses[:, -1])


def pose_of(mouth: Mouth) -> Floats:
    """A mouth to frames x POSE."""
    return np.column_stack([mouth.frames[:, _COLUMNS], mouth.lips, mouth.teeth])


def read_bank(path: Path) -> Bank:
    """Raises InvalidRequest where there is no bank, or one of another make."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            heard, poses = (stored[name].astype(np.float64) for name in ("heard", "poses"))
            bank = Bank(heard, poses, stored["follows"].astype(bool))
    except (OSError, KeyError, ValueError) as error:
        reason = f"no frame bank in {path}; make one: python -m scripts.bank"
        raise InvalidRequest(reason) from error
    if heard.shape[1:] != (COUNT,) or poses.shape != (len(heard), POSE):
        raise InvalidRequest(f"the frame bank {path} is of another version; make it again")
    return bank
