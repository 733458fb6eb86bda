"""One picture through the whole of create_avatar, and a short look at what came of it."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass

import numpy as np

from avatar_serving import images
from avatar_serving.avatars import package
from avatar_serving.avatars.crop import Square
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.drawings.portrait import ENGINE as DRAWING
from avatar_serving.errors import AvatarError
from avatar_serving.evaluation import landmarks, measures
from avatar_serving.evaluation.drawn import controls, features
from avatar_serving.evaluation.drawn.fills import blink_seen
from avatar_serving.evaluation.drawn.view import look_at
from avatar_serving.evaluation.stand import Stand, View
from avatar_serving.faces import FaceFinder
from avatar_serving.faces.identity import IdentityModel, distance
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.llm.echo import EchoConfig
from avatar_serving.stages.reconstruct.portrait import PortraitReconstructConfig
from avatar_serving.stages.review.measured import MeasuredReviewConfig
from avatar_serving.stages.stylise.none import NoStyliseConfig
from avatar_serving.stages.vlm.fixed import FixedVlmConfig
from pipelines.create_avatar import Created, CreateRequest, CreateStages, create_avatar
from scripts.robustness.degrade import Pixels

LOOKS: dict[str, dict[str, float]] = {
    "neutral": {},
    "open, smiling": {"jawOpen": 0.45, "mouthSmile": 0.5},
    "blink": {"eyeBlink": 1.0},
    "turned": {"headYaw": 18.0},
}
POSES = 4


@dataclass(frozen=True, slots=True)
class Quality:
    found: float
    """Share of the views in which a face was found."""
    nme: float
    identity: float | None
    """Of the worst of LOOKS, from the portrait; None: of drawings."""
    jaw: float
    """How much of the opening of a mouth is seen, of what the rig makes of it."""
    blink: float
    """The same of the eyes in a blink."""

    @property
    def weak(self) -> bool:
        """Whether a stranger would see that something is wrong with it."""
        return (
            self.found < 1
            or self.nme > 0.025
            or (self.identity is not None and self.identity > 0.55)
            or self.jaw < 0.6
            or self.blink < 0.6
        )


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    refused: AvatarError | None
    crash: str = ""
    """An error that is none of ours: always a fault."""
    quality: Quality | None = None
    pictures: tuple[Pixels, ...] = ()


class Trials:
    """Loads its models once."""

    def __init__(self) -> None:
        self._stages = CreateStages(
            MeasuredReviewConfig().build(),
            FixedVlmConfig().build(),
            EchoConfig().build(),
            NoStyliseConfig().build(),
            PortraitReconstructConfig().build(),
        )
        self._finder = FaceFinder()
        self._identity = IdentityModel()

    def run(self, picture: bytes) -> Outcome:
        try:
            made = asyncio.run(self._create(picture))
            return self._judged(made, images.to_array(images.decode(picture)))
        except AvatarError as error:
            return Outcome(error)
        except Exception as error:
            return Outcome(None, f"{type(error).__name__}: {error}")

    async def _create(self, picture: bytes) -> bytes:
        consent = Consent(agreed=True, statement="A picture from a public package, for a test")
        request = CreateRequest(picture, "trial", consent, "hibari", description="a person")
        async with aclosing(create_avatar(self._stages, request)) as items:
            async for item in items:
                if isinstance(item, Created):
                    return item.package
        raise RuntimeError("create_avatar ended without an avatar")

    def _judged(self, made: bytes, picture: Pixels) -> Outcome:
        crop = package.inspect(made).crop
        square = Square(crop.x, crop.y, crop.size).cut(picture, 512)
        stand = Stand(package.load(made), self._finder)
        if package.inspect(made).engine.name == DRAWING.name:
            return _judged_drawing(stand, square)
        looks = [stand.view(pose_values(named)) for named in LOOKS.values()]
        quality = self._quality(stand, looks, square)
        return Outcome(None, "", quality, (square, *(look.picture for look in looks)))

    def _quality(self, stand: Stand, looks: list[View], square: Pixels) -> Quality:
        own = self._finder.find(square, limit=1)
        chance = landmarks.random_views(stand)
        poses = [view for view, _ in zip(chance, range(POSES), strict=False)]
        found = landmarks.compare([*looks, *poses], stand.face_width)
        far = [
            distance(self._identity.describe(look.picture, look.face),
                     self._identity.describe(square, own[0]))
            for look in looks if look.face and own
        ]  # fmt: skip
        neutral, opened, shut, _ = looks
        return Quality(
            found=found.found / found.poses,
            nme=found.nme,
            identity=max(far, default=float(np.inf)),
            jaw=_gain(measures.aperture, neutral, opened),
            blink=_gain(measures.eye_opening, neutral, shut),
        )


def _judged_drawing(stand: Stand, square: Pixels) -> Outcome:
    """By what is found in it as in any drawing; the photo models see little in one."""
    looks = [look_at(stand, pose_values(named)) for named in LOOKS.values()]
    chance = features.random_views(stand)
    poses = [view for view, _ in zip(chance, range(POSES), strict=False)]
    neutral, opened = looks[:2]
    found = features.compare([neutral, opened, *poses], stand.face_width)
    asked = measures.aperture(opened.geometry) - measures.aperture(neutral.geometry)
    open_seen, shut_seen = (controls.aperture(view, neutral) for view in (opened, neutral))
    jaw = 0.0
    if open_seen is not None and shut_seen is not None and asked:
        jaw = (open_seen - shut_seen) / asked
    blink = blink_seen(stand) or 0.0
    quality = Quality(found.found / found.poses, found.nme, None, jaw, blink)
    return Outcome(None, "", quality, (square, *(look.picture for look in looks)))


def _gain(measure: measures.Measure, before: View, after: View) -> float:
    """How much a length is seen to change, of what the geometry changes; 0 where it does not."""
    asked = measure(after.geometry) - measure(before.geometry)
    if before.seen is None or after.seen is None or not asked:
        return 0.0
    return (measure(after.seen) - measure(before.seen)) / asked
