"""Face motion. To add an engine: one file here, one name in this union."""

from typing import Annotated

from pydantic import Field

from avatar_serving.stages.animate.audio import AudioConfig
from avatar_serving.stages.animate.audio2face import Audio2FaceConfig
from avatar_serving.stages.animate.bank import BankConfig
from avatar_serving.stages.animate.keyframes import KeyframesConfig
from avatar_serving.stages.animate.phones import PhonesConfig
from avatar_serving.stages.animate.still import StillConfig
from avatar_serving.stages.animate.wav2vec import Wav2VecConfig

AnimateConfig = Annotated[
    AudioConfig
    | Audio2FaceConfig
    | BankConfig
    | KeyframesConfig
    | PhonesConfig
    | StillConfig
    | Wav2VecConfig,
    Field(discriminator="engine"),
]
