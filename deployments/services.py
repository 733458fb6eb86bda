"""What a gateway holds: built stages, detectors, the store, and how many sessions it can take."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from avatar_serving import metrics
from avatar_serving.config import STAGES, Profile, StageName
from avatar_serving.detectors.end_of_turn import EndOfTurn
from avatar_serving.detectors.vad import VadModel
from avatar_serving.environment import Environment
from avatar_serving.media import Behaviour
from avatar_serving.metrics import Observed
from avatar_serving.protocol.status import ApplicationPart
from avatar_serving.stages.base import Stage
from avatar_serving.stages.stylise.remembered import RememberedStylise
from avatar_serving.storage import storage
from avatar_serving.store import Store
from avatar_serving.store.memories import Memories
from avatar_serving.training.options import Trainer
from avatar_serving.training.trainer import LocalTrainer
from deployments.allowances import Allowances
from deployments.live import Live
from deployments.slots import Slots
from deployments.trainings import TrainingFolder, TrainingJobs
from deployments.video_states import VideoFolder
from deployments.videos import VideoJobs
from pipelines.converse import ConverseStages
from pipelines.create_avatar import CreateStages


@dataclass
class Services:
    profile: Profile
    environment: Environment
    stages: Mapping[StageName, Stage[Any, Any]]
    vad: VadModel
    end_of_turn: EndOfTurn
    store: Store
    sessions: Slots = field(init=False)
    creations: Slots = field(init=False)
    chats: Slots = field(init=False)
    """Answers and transcripts that are asked for one by one, without a session."""
    allowances: Allowances = field(init=False)
    live: Live = field(init=False)
    memories: Memories = field(init=False)
    drawings: RememberedStylise = field(init=False)
    """The stage stylise, and what it drew lately."""
    videos: VideoJobs = field(init=False)
    trainings: TrainingJobs = field(init=False)
    trainer: Trainer = field(default_factory=LocalTrainer)
    """Teaches the diffusion model a character."""
    standby: Mapping[StageName, Stage[Any, Any]] = field(default_factory=dict[StageName, Any])
    """Engines of this process for stages that are elsewhere, to be warmed like these."""
    applications: Callable[[], tuple[ApplicationPart, ...]] = tuple
    """What Ray Serve runs; nothing where it does not run."""
    clips: tuple[tuple[Behaviour, str], ...] = ()
    """Made when the models are warmed."""

    def __post_init__(self) -> None:
        limits = self.profile.limits
        self.sessions = Slots("sessions", limits.sessions, retry_after_s=10)
        self.chats = Slots("requests", limits.sessions, retry_after_s=2)
        me = secrets.token_hex(16)
        self.allowances = Allowances(limits, self.store.quotas(me))
        sessions = self.store.sessions(me)
        self.live = Live(sessions, limits.resume_s, limits.session_s)
        kept = self.profile.memory
        self.memories = self.store.memories(kept.retention_days, kept.facts)
        films = VideoFolder(
            self.environment.data / "videos", limits.video_kept_s, shared=self.store.jobs("video")
        )
        self.videos = VideoJobs(films, limits)
        taught = TrainingFolder(
            self.environment.data / "trainings",
            limits.training_kept_s,
            self.store.jobs("training"),
        )
        self.trainings = TrainingJobs(taught, limits)
        self.drawings = RememberedStylise(self.stages["stylise"])
        self.creations = Slots("places for making avatars", limits.creations, retry_after_s=10)

    @classmethod
    def build(
        cls,
        profile: Profile,
        environment: Environment,
        remote: Mapping[StageName, Stage[Any, Any]] | None = None,
    ) -> "Services":
        """Load every model that this process runs; *remote* stages run elsewhere."""
        elsewhere = remote or {}
        store = Store(environment.data, storage=environment.storage or storage())
        if environment.api_key_file is not None:
            store.adopt_key(environment.api_key_file.name, environment.api_key_file.read_text())
        stages: dict[StageName, Stage[Any, Any]] = {
            name: Observed(name, elsewhere[name])
            if name in elsewhere
            else Observed(name, _built(profile, name), here=True)
            for name in STAGES
        }
        return cls(
            profile=profile,
            environment=environment,
            stages=stages,
            vad=profile.vad.build(),
            end_of_turn=profile.end_of_turn.build(),
            store=store,
        )

    @property
    def converse(self) -> ConverseStages:
        stages, streams = self.stages, self.profile.animate.streams
        return ConverseStages(stages["llm"], stages["tts"], stages["animate"], streams)

    @property
    def create(self) -> CreateStages:
        stages = self.stages
        return CreateStages(
            stages["review"],
            stages["vlm"],
            stages["llm"],
            self.drawings,
            stages["reconstruct"],
        )


def _built(profile: Profile, name: StageName) -> Stage[Any, Any]:
    with metrics.loads(name, "build"):
        return profile.stage(name).build()
