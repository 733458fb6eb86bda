"""Where the LoRA adapters lie that a request may name."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from avatar_serving import weights
from avatar_serving.errors import InvalidRequest, NotFound
from avatar_serving.training.home import open_home
from avatar_serving.training.record import NAME


class LoraAdapter(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=NAME)
    """What requests call it."""
    weights: str
    """Name of a folder in the weights lock, with pytorch_lora_weights.safetensors."""


class AdapterShelf:
    """Those of a profile, and those that were trained since."""

    def __init__(self, model: str, adapters: Sequence[LoraAdapter], trained: str) -> None:
        """*model*: the only one they may be for. *trained*: a folder, or empty."""
        self._model = model
        self._weights = {adapter.name: adapter.weights for adapter in adapters}
        self._trained = open_home(trained) if trained else None

    def names(self) -> Iterator[str]:
        yield from self._weights
        found = self._trained.records() if self._trained else ()
        yield from (record.name for record in found if record.model == self._model)

    def folder(self, name: str) -> Path:
        """Raises:
        InvalidRequest: it belongs to another model.
        NotFound: no such adapter.
        WeightsError: its weights are not here, or may not be used.
        """
        if name in self._weights:
            return weights.path(self._weights[name])
        if self._trained is None:
            raise NotFound("adapter", name)
        record = self._trained.find(name)
        if record.model != self._model:
            reason = f"adapter {name!r} belongs to the model {record.model}"
            raise InvalidRequest(reason, "look.drawing.adapter")
        return self._trained.folder(name)
