"""Make an avatar of a picture: ReconstructRequest -> Progress ..., then the package's bytes."""

from typing import Annotated

from pydantic import Field

from avatar_serving.stages.reconstruct.fit import FitReconstructConfig
from avatar_serving.stages.reconstruct.lam import LamReconstructConfig
from avatar_serving.stages.reconstruct.plain import PlainReconstructConfig
from avatar_serving.stages.reconstruct.portrait import PortraitReconstructConfig
from avatar_serving.stages.reconstruct.uika import UikaReconstructConfig

ReconstructConfig = Annotated[
    PortraitReconstructConfig
    | FitReconstructConfig
    | LamReconstructConfig
    | UikaReconstructConfig
    | PlainReconstructConfig,
    Field(discriminator="engine"),
]


def most_pictures(config: ReconstructConfig) -> int:
    """How many pictures of one person the engine looks at; the others look at one."""
    return config.pictures if isinstance(config, UikaReconstructConfig) else 1
