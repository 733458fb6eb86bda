"""LoRA adapters of one pipeline, put in and taken out by name between two requests."""

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from avatar_serving.errors import StageFailed
from avatar_serving.training.record import WEIGHTS_FILE


class Adapters:
    """At most *most* lie in memory: the one that was not used for longest goes first.

    The model's own weights are never changed, so that without an adapter it draws what it drew
    before one came.
    """

    def __init__(
        self, pipeline: Any, find: Callable[[str], Path], always: Sequence[str], most: int
    ) -> None:
        """*find*: the folder of an adapter. *always*: those that work in every request."""
        self._pipeline, self._find, self._most = pipeline, find, most
        self._always = list(always)
        self._held: list[str] = []
        for name in self._always:
            self._load(name)

    @property
    def held(self) -> tuple[str, ...]:
        """Those in memory, the one used last at the end."""
        return tuple(self._held)

    def use(self, name: str) -> None:
        """Draw with *name* from now on; empty: without one.

        Raises:
            NotFound: no such adapter.
            StageFailed: it does not fit the model.
        """
        if name and name not in self._held:
            self._load(name)
            while len(self._held) >= self._most:
                self._pipeline.delete_adapters(self._held.pop(0))
            self._held.append(name)
        if active := [*self._always, *([name] if name else [])]:
            self._pipeline.enable_lora()
            self._pipeline.set_adapters(active)
        elif self._held:
            self._pipeline.disable_lora()
        if name:
            self._held.append(self._held.pop(self._held.index(name)))

    def _load(self, name: str) -> None:
        folder = self._find(name)
        try:
            self._pipeline.load_lora_weights(
                str(folder), weight_name=WEIGHTS_FILE, adapter_name=name, local_files_only=True
            )
        except (RuntimeError, ValueError, OSError, KeyError) as error:
            if name in itertools.chain(*self._pipeline.get_list_adapters().values()):
                self._pipeline.delete_adapters(name)  # half of it was put in
            raise StageFailed("stylise", f"adapter {name!r} does not fit: {error}") from error
