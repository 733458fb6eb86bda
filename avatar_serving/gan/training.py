"""The two networks against each other (Goodfellow et al. 2014).

What a step does depends on the seed, its number and the checkpoint alone, so that a training that
was interrupted goes on as if it had not been.
"""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatar_serving.gan.drawing import CHECKPOINT_FILE, drawn, noise, sheet_of
from avatar_serving.gan.networks import NOISE, discriminator, generator
from avatar_serving.gan.options import Checked, GanOptions
from avatar_serving.torch_device import memory_errors, torch_device
from avatar_serving.whole_files import whole

_STAGE = "portraits"
_SHOWN = 16


class GanTraining:
    def __init__(self, pictures: NDArray[np.uint8], options: GanOptions, folder: Path) -> None:
        """*pictures*: (n, 128, 128, 3). *folder* has or gets the checkpoint.

        Raises:
            OutOfMemory: the GPU has no room for it.
            StageFailed: there is no torch, or no GPU.
        """
        self._device = torch_device(_STAGE, options.device)
        import torch

        torch.manual_seed(options.seed)
        self._pictures, self._options, self._file = pictures, options, folder / CHECKPOINT_FILE
        with memory_errors(_STAGE):
            self._makes, self._mean = (generator().to(self._device) for _ in range(2))
            self._tells = discriminator().to(self._device)
            self._mean.load_state_dict(self._makes.state_dict())
            rates = {"lr": options.learning_rate, "betas": (options.momentum, 0.999)}
            self._making = torch.optim.Adam(self._makes.parameters(), **rates)
            self._telling = torch.optim.Adam(self._tells.parameters(), **rates)
        self._done = 0
        if self._file.exists():
            self._resume()

    @property
    def done(self) -> int:
        """Steps."""
        return self._done

    def run(self) -> Generator[Checked, None, None]:
        """Train to the end; a checkpoint is kept before each of what is given."""
        losses: list[tuple[float, float]] = []
        while self._done < self._options.steps:
            with memory_errors(_STAGE):
                losses.append(self._step(self._done))
                self._done += 1
                if self._done % self._options.check_every and self._done < self._options.steps:
                    continue
                self._keep()
                shown = drawn(self._mean, noise(range(_SHOWN), self._options.seed))
            made, told = np.mean(losses, 0).tolist()
            losses.clear()
            yield Checked(self._done, made, told, sheet_of(shown))

    def _step(self, number: int) -> tuple[float, float]:
        """Losses of the generator and of the discriminator."""
        import torch

        options = self._options
        torch.manual_seed(options.seed * 1_000_003 + number)  # what the discriminator drops
        chance = np.random.default_rng((options.seed, number))
        fakes = self._makes(self._drawn_from(chance))
        self._telling.zero_grad()
        told = self._said(self._real(chance), options.real) + self._said(fakes.detach(), 0.0)
        told.backward()
        self._telling.step()
        self._making.zero_grad()
        made = self._said(fakes, 1.0)
        made.backward()
        self._making.step()
        self._average()
        return float(made.detach()), float(told.detach())

    def _said(self, pictures: Any, wanted: float) -> Any:
        """How far the discriminator is from saying *wanted* of *pictures*."""
        import torch

        logits = self._tells(pictures)
        asked = torch.full_like(logits, wanted)
        return torch.nn.functional.binary_cross_entropy_with_logits(logits, asked)

    def _drawn_from(self, chance: np.random.Generator) -> Any:
        import torch

        normals = chance.standard_normal((self._options.batch, NOISE), np.float32)
        return torch.from_numpy(normals).to(self._device)

    def _real(self, chance: np.random.Generator) -> Any:
        """Some pictures, half of them mirrored: -1 to 1."""
        import torch

        chosen = self._pictures[chance.integers(len(self._pictures), size=self._options.batch)]
        mirrored = chance.random(len(chosen)) < 0.5
        chosen[mirrored] = chosen[mirrored, :, ::-1]
        scaled = torch.from_numpy(chosen).to(self._device).permute(0, 3, 1, 2).float()
        return scaled / 127.5 - 1

    def _average(self) -> None:
        """Early on fewer steps count, or the mean would begin with what nobody has taught."""
        import torch

        kept = min(self._options.averaged, (1 + self._done) / (10 + self._done))
        now = self._makes.state_dict()
        with torch.no_grad():
            for name, mean in self._mean.state_dict().items():
                if mean.is_floating_point():
                    mean.lerp_(now[name], 1 - kept)
                else:
                    mean.copy_(now[name])

    def _keep(self) -> None:
        import torch

        parts = {name: part.state_dict() for name, part in self._parts().items()}
        with whole(self._file) as file:
            torch.save({**parts, "done": self._done}, file)

    def _resume(self) -> None:
        import torch

        kept = torch.load(self._file, self._device, weights_only=True)
        for name, part in self._parts().items():
            part.load_state_dict(kept[name])
        self._done = kept["done"]

    def _parts(self) -> dict[str, Any]:
        return {
            "makes": self._makes, "tells": self._tells, "mean": self._mean,
            "making": self._making, "telling": self._telling,
        }  # fmt: skip
