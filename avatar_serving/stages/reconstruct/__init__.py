"""Make an avatar of a picture: ReconstructRequest -> Progress ..., then the package's bytes."""

from typing import Annotated

from pydantic import Field

from avatar_serving.stages.reconstruct.fit import FitReconstructConfig
from avatar_serving.stages.reconstruct.lam import LamReconstructConfig
from avatar_serving.stages.reconstruct.plain import PlainReconstructConfig
from avatar_serving.stages.reconstruct.portrait import PortraitReconstructConfig

ReconstructConfig = Annotated[
    PortraitReconstructConfig
    | FitReconstructConfig
    | LamReconstructConfig
    | PlainReconstructConfig,
    Field(discriminator="engine"),
]
