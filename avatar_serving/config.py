"""One frozen, strict tree of options. A profile says which engine does each stage, and where."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from avatar_serving.detectors.end_of_turn import EndOfTurnConfig
from avatar_serving.detectors.vad import VadConfig
from avatar_serving.errors import InvalidRequest
from avatar_serving.film.encoders import Encoder
from avatar_serving.limits import Limits
from avatar_serving.rails import Rails
from avatar_serving.scaling import BySessions, GatewayScaling, Scaling
from avatar_serving.stages.animate import AnimateConfig
from avatar_serving.stages.asr import AsrConfig
from avatar_serving.stages.base import StageConfig
from avatar_serving.stages.llm import LlmConfig
from avatar_serving.stages.reconstruct import ReconstructConfig
from avatar_serving.stages.render import RenderConfig
from avatar_serving.stages.review import ReviewConfig
from avatar_serving.stages.stylise import StyliseConfig
from avatar_serving.stages.tts import TtsConfig
from avatar_serving.stages.vlm import VlmConfig

PROFILES = Path(__file__).parent / "profiles"
CAMERA_WEIGHTS = ("face-landmarker", "hand-landmarker")

StageName = Literal[
    "review", "vlm", "stylise", "reconstruct", "asr", "llm", "tts", "animate", "render"
]
STAGES: tuple[StageName, ...] = get_args(StageName)
_GROUPS = {"limits", "conversation", "rails", "memory", "training", "placement", "standby"}


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Origin = Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?$")]


class Placement(Strict):
    """Where a stage runs. A stage without one runs inside the gateway process."""

    num_cpus: float = Field(default=1, ge=0)
    """Cores that Ray reserves for a replica; bookkeeping, not a limit."""
    num_gpus: float = Field(default=0, ge=0)
    """GPUs that Ray reserves for a replica; a share is possible."""
    min_replicas: int = Field(default=1, ge=0)
    """Replicas that always run."""
    max_replicas: int = Field(default=1, ge=1)
    """Most replicas that load may bring about."""
    max_ongoing_requests: int = Field(default=8, ge=1)
    """Requests that one replica works on at the same time."""
    max_queued_requests: int = Field(default=16, ge=-1)
    """Requests that may wait for a replica; one more is offered again for two seconds, then
    refused as overloaded. -1: no bound."""
    resources: dict[str, float] = {}
    """Custom resources of Ray that a replica takes; they tie it to nodes that offer them."""
    scaling: Scaling = BySessions()
    """By which signal, and how quickly, replicas are added and taken away."""
    drain_s: float = Field(default=120, gt=0)
    """How long a replica that is taken away may go on with the streams it makes."""

    @model_validator(mode="after")
    def _replicas_in_order(self) -> "Placement":
        if self.min_replicas > self.max_replicas:
            raise ValueError("min_replicas is over max_replicas")
        return self


class Standby(Strict):
    """Engines in the gateway for stages that are placed: they answer while no replica runs."""

    asr: AsrConfig | None = None
    """Recognises speech meanwhile."""
    tts: TtsConfig | None = None
    """Speaks meanwhile, in whichever of its voices is most like the avatar's."""

    def engines(self) -> "dict[StageName, AsrConfig | TtsConfig]":
        """Those that are set."""
        named: dict[StageName, AsrConfig | TtsConfig | None] = {"asr": self.asr, "tts": self.tts}
        return {name: config for name, config in named.items() if config is not None}


class Conversation(Strict):
    """How quickly and how long the avatar speaks."""

    early_silence_ms: int = Field(default=200, ge=64, le=1000)
    """Pause after which recognition and the answer are started, held until the turn is certain."""
    partial_s: float = Field(default=1.5, ge=0)
    """How often an open turn is recognised while the user speaks, in seconds of it; 0: never."""
    complete: float = Field(default=0.5, gt=0, lt=1)
    """Probability from which an end of turn is believed."""
    lead_s: float = Field(default=3.0, gt=0.2)
    """How far audio is sent ahead of its playback."""
    answer_tokens: int = Field(default=120, ge=8)
    """Longest answer, unless the client asks for another length."""
    read_ahead: bool = False
    """Let the language model read the conversation while the avatar speaks, so that its next
    answer begins sooner. For models of this machine; a remote one would charge for it."""
    notice_feelings: bool = True
    """Tell the language model, in one line behind the user's words, how the user sounds and what
    the client's camera sees of them."""
    filler_s: float = Field(default=2.0, ge=0)
    """Wait for the result of a function after which the avatar says that it takes a moment; 0:
    never."""
    reprompts: int = Field(default=2, ge=0)
    """How many times in a row the avatar speaks to a user who stays silent for the session's
    ``idle_timeout_ms``."""
    history_messages: int = Field(default=16, ge=2)
    """Newest messages that the language model is told."""
    summarise: bool = True
    """Tell the language model a summary of the older ones, that it writes itself while the avatar
    speaks."""


class Training(Strict):
    """What a process takes that teaches the diffusion model a character."""

    num_cpus: float = Field(default=1, ge=0)
    """Cores that Ray reserves for it; bookkeeping, not a limit."""
    num_gpus: float = Field(default=0, ge=0)
    """GPUs that Ray reserves for it; it waits until they are free."""


class Memory(Strict):
    """What is remembered of users who agreed to it."""

    retention_days: int = Field(default=180, ge=1)
    """Days after which a fact that was not said again is forgotten."""
    facts: int = Field(default=200, ge=1)
    """Most facts kept of one user by one avatar; the oldest make room."""
    told: int = Field(default=16, ge=1, le=100)
    """Most facts that the language model is told."""
    extract: Literal["rules", "model"] = "rules"
    """``rules``: by the way people introduce themselves. ``model``: at the end of a talk the
    language model also chooses sentences worth keeping; small models choose badly."""


class Profile(Strict):
    """Which engine does each stage, and where it is placed."""

    review: ReviewConfig
    vlm: VlmConfig
    stylise: StyliseConfig
    reconstruct: ReconstructConfig
    vad: VadConfig
    end_of_turn: EndOfTurnConfig
    asr: AsrConfig
    llm: LlmConfig
    tts: TtsConfig
    animate: AnimateConfig
    render: RenderConfig
    voice: str
    """Voice of an avatar for which none was chosen."""
    gateway_cpus: float = Field(default=1, ge=0)
    """Cores that Ray reserves for a gateway; bookkeeping, not a limit."""
    gateway_resources: dict[str, float] = {}
    """Custom resources of Ray that a gateway takes; they tie it to nodes that offer them."""
    gateways: int = Field(default=1, ge=1)
    """Gateway processes. Each holds its own models, sessions and limits."""
    gateway_scaling: GatewayScaling | None = None
    """How more gateways than ``gateways`` come and go; without, there are as many all the time."""
    limits: Limits = Limits()
    """What one caller may ask for."""
    origins: tuple[Origin, ...] = ()
    """Other websites whose pages may call, and show the client in a frame: ``https://shop.example``.
    Where keys are asked for, they need one all the same."""
    conversation: Conversation = Conversation()
    """How quickly and how long the avatar speaks."""
    rails: Rails = Rails()
    """What no avatar of this profile talks about; personas can add to it."""
    camera: bool = False
    """Give the page the models with which it sees, in the browser, its user's face and hands."""
    encoder: Encoder = "auto"
    """Of H.264 in films; auto: NVIDIA's hardware where a trial shows that it works, else the CPU;
    nvenc: that, or no film."""
    memory: Memory = Memory()
    """What is remembered of users who agreed to it."""
    training: Training = Training()
    """What a process takes that teaches the diffusion model a character."""
    placement: dict[StageName, Placement] = {}
    """Stages that run on replicas of their own; the others run in the gateway."""
    standby: Standby = Standby()
    """Engines in the gateway for stages that are placed: they answer while no replica runs."""

    @model_validator(mode="after")
    def _gateways_in_order(self) -> "Profile":
        if self.gateway_scaling is not None and self.gateways > self.gateway_scaling.most:
            raise ValueError("gateways is over gateway_scaling.most")
        return self

    @model_validator(mode="after")
    def _nobody_stands_in_for_itself(self) -> "Profile":
        for name in self.standby.engines():
            if name not in self.placement:
                raise ValueError(f"standby.{name}: the stage is not placed, it runs in the gateway")
        return self

    @property
    def model_name(self) -> str:
        """The default language model's name towards clients."""
        return self.llm.model_id()

    def stage(self, name: StageName) -> StageConfig:
        return getattr(self, name)

    def required_weights(self) -> tuple[str, ...]:
        """Names in the weights lock file, each once, in order of first use."""
        stages = (self.stage(name) for name in STAGES)
        parts = (self.vad, self.end_of_turn, *stages, *self.standby.engines().values())
        needed = [w for part in parts for w in part.required_weights()]
        return tuple(dict.fromkeys([*needed, *(CAMERA_WEIGHTS if self.camera else ())]))


def load_profile(name: str) -> Profile:
    """Read a profile: the name of a built-in one (cpu, test) or the path of a YAML file.

    Raises:
        InvalidRequest: no such profile, or an option in it is wrong; says which.
    """
    path = Path(name) if name.endswith((".yaml", ".yml")) else PROFILES / f"{name}.yaml"
    return read_profile(_options(path, name), str(path))


def read_profile(options: Mapping[str, Any], where: str) -> Profile:
    """A profile of *options*. With ``base``, the name of a built-in profile, they change that one.

    Groups of options (limits, conversation, rails, memory, training, placement, standby) are
    changed option by option; everything else is replaced whole.

    Raises:
        InvalidRequest: no such base, or an option is wrong; says which, and *where*.
    """
    base = options.get("base")
    changed: dict[str, Any] = {}
    if base is not None:
        changed = dict(_options(PROFILES / f"{base}.yaml", str(base)))
    for option, value in options.items():
        known: Any = changed.get(option)
        if option in _GROUPS and isinstance(known, dict) and isinstance(value, dict):
            changed[option] = {**known, **value}
        else:
            changed[option] = value
    changed.pop("base", None)
    try:
        return Profile.model_validate(changed)
    except ValidationError as error:
        raise InvalidRequest(f"profile {where}: {error}", "profile") from error


def _options(path: Path, name: str) -> Mapping[str, Any]:
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in PROFILES.glob("*.yaml")))
        raise InvalidRequest(f"no profile {name!r}; there are: {known}, or give a .yaml file")
    try:
        options: Any = yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        raise InvalidRequest(f"profile {path}: {error}", "profile") from error
    if not isinstance(options, dict):
        raise InvalidRequest(f"profile {path}: not a list of options", "profile")
    return options
