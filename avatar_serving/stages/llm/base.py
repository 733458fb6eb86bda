"""What every language model engine's config gives besides the engine."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from avatar_serving.stages.base import Llm, StageConfig


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """A language model as clients can choose it. Figures are None where nobody measured them."""

    id: str
    engine: str
    about: str = ""
    """What it is good at, for people."""
    personas: tuple[str, ...] = ()
    """Ids of the persona templates that it speaks for unless another model is asked for."""
    remote: bool = False
    """It runs elsewhere: what is said leaves this machine, and each token may cost money."""
    tokens_per_s: float | None = None
    first_token_s: float | None = None
    quality: float | None = None
    """Share of the questions of ``bench/questions.yaml`` answered rightly, 0..1."""
    measured: str = ""
    """When and on what."""


class LlmEngineConfig(StageConfig):
    remote: ClassVar[bool] = False

    @abstractmethod
    def build(self) -> Llm: ...

    @abstractmethod
    def model_id(self) -> str:
        """The model's name towards clients."""

    def available(self) -> bool:
        """Whether the engine could be built here now: its weights, its key."""
        return True

    def models(self) -> tuple[LanguageModel, ...]:
        """The models on offer, the default first."""
        return (LanguageModel(self.model_id(), getattr(self, "engine", ""), remote=self.remote),)
