"""The training itself: low-rank additions to a diffusion model's attention (Hu et al. 2021).

Regularised by pictures of other people (`prior`), by dropping captions now and then, as
classifier-free guidance wants, and by weight decay. What a step does depends on the seed, its
number and the checkpoint alone, so that a training that was interrupted goes on as if it had not
been.
"""

from collections.abc import Generator, Sequence
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from avatar_serving.stages.stylise.diffuser import DiffuserFiles, load_pipeline
from avatar_serving.torch_device import memory_errors, torch_device
from avatar_serving.training.conditions import conditions
from avatar_serving.training.options import Checked, Example, LoraOptions
from avatar_serving.training.prior import prior_latents
from avatar_serving.training.record import CHECKPOINT_FILE, WEIGHTS_FILE
from avatar_serving.whole_files import whole

_MEASURED_AT = 0.15, 0.4, 0.65, 0.9
"""Shares of the noise schedule at which the loss is measured."""


class LoraTraining:
    def __init__(
        self, model: Path, examples: Sequence[Example], options: LoraOptions, folder: Path
    ) -> None:
        """*folder* gets the checkpoint and the adapter; a checkpoint in it is gone on from.

        Raises:
            OutOfMemory: the GPU has no room for it.
            StageFailed: the model cannot be loaded, or there is no GPU.
        """
        import torch
        from diffusers import DDPMScheduler

        self._options, self._examples, self._folder = options, examples, folder
        self._device, self._side = torch_device("lora", options.device), examples[0].rgb.shape[0]
        with memory_errors("lora"):
            self._pipeline = load_pipeline(DiffuserFiles(model), options.dtype).to(self._device)
            self._noise: Any = DDPMScheduler.from_config(self._pipeline.scheduler.config)
            self._latents = self._encoded()
            self._told = [self._conditions(example.caption) for example in examples]
            kept = self._checkpoint()
            self._prior = kept["prior"] if kept else self._drawn_before()
            if self._prior is not None:
                self._told += [self._conditions(options.prior_prompt)] * len(self._prior)
                self._latents = torch.cat([self._latents, self._prior])
            self._untold = self._conditions("")
            self._weights = self._low_rank()
        self._optimizer = _optimizer(self._weights, options)
        self._done, self._best, self._stale = 0, inf, 0
        if kept:
            self._resume(kept)

    def run(self) -> Generator[Checked, None, None]:
        """Train to the end or until it no longer helps. The best adapter is in the folder."""
        options = self._options
        while self._done < options.steps and self._stale < options.patience:
            with memory_errors("lora"):
                self._step(self._done)
                self._done += 1
                if self._done % options.check_every and self._done < options.steps:
                    continue
                loss = self._measured()
                self._keep(loss)
                sample = self._sample()
            yield Checked(self._done, loss, sample)

    @property
    def best(self) -> float:
        """The smallest loss so far."""
        return self._best

    @property
    def done(self) -> int:
        """Steps."""
        return self._done

    def _encoded(self) -> Any:
        import torch

        rgb = np.stack([example.rgb for example in self._examples]).astype(np.float32)
        pixels = torch.from_numpy(rgb / 127.5 - 1).permute(0, 3, 1, 2)
        vae = self._pipeline.vae
        with torch.no_grad():  # one by one: only this is large
            each = [
                vae.encode(one[None].to(self._device, vae.dtype)).latent_dist.mean for one in pixels
            ]
        return torch.cat(each) * vae.config.scaling_factor

    def _drawn_before(self) -> Any:
        """Latents of what the model draws before it is taught anything; None: it need not."""
        if not self._options.prior_pictures:
            return None
        return prior_latents(self._pipeline, self._options, self._side)

    def _conditions(self, caption: str) -> dict[str, Any]:
        return conditions(self._pipeline, caption, self._side)

    def _low_rank(self) -> list[Any]:
        import torch
        from peft import LoraConfig

        torch.manual_seed(self._options.seed)
        for part in (self._pipeline.vae, self._pipeline.text_encoder, self._pipeline.unet):
            part.requires_grad_(False)
        rank = self._options.rank
        attention = ["to_q", "to_k", "to_v", "to_out.0"]
        self._pipeline.unet.add_adapter(
            LoraConfig(r=rank, lora_alpha=rank, target_modules=attention)
        )
        weights = [each for each in self._pipeline.unet.parameters() if each.requires_grad]
        for weight in weights:
            weight.data = weight.data.float()
        return weights

    def _step(self, number: int) -> None:
        import torch

        chance, own = np.random.default_rng((self._options.seed, number)), len(self._examples)
        self._optimizer.zero_grad()
        self._learn(chance, range(own), 1.0)
        if self._prior is not None:  # one after the other: a batch of both would need more memory
            self._learn(chance, range(own, len(self._told)), self._options.prior_weight)
        torch.nn.utils.clip_grad_norm_(self._weights, 1.0)
        self._optimizer.step()

    def _learn(self, chance: np.random.Generator, pictures: range, weight: float) -> None:
        """Add the gradients of a batch of *pictures*."""
        import torch

        options, length = self._options, self._noise.config.num_train_timesteps
        chosen = chance.integers(pictures.start, pictures.stop, options.batch)
        dropped = chance.random(options.batch) < options.caption_dropout
        times = torch.from_numpy(chance.integers(0, length, options.batch))
        loss = self._loss(chosen.tolist(), times, int(chance.integers(2**62)), dropped.tolist())
        (weight * loss).backward()

    def _loss(self, chosen: list[int], times: Any, seed: int, dropped: list[bool]) -> Any:
        import torch

        latents = self._latents[chosen]
        generator = torch.Generator().manual_seed(seed)
        noise = torch.randn(latents.shape, generator=generator).to(latents)
        times = times.to(self._device)
        noisy = self._noise.add_noise(latents, noise, times)
        each = [
            self._untold if drop else self._told[index]
            for index, drop in zip(chosen, dropped, strict=True)
        ]
        told = {name: torch.cat([one[name] for one in each]) for name in self._untold}
        words = told.pop("encoder_hidden_states")
        found = self._pipeline.unet(noisy, times, words, added_cond_kwargs=told or None).sample
        wanted = noise
        if self._noise.config.prediction_type == "v_prediction":
            wanted = self._noise.get_velocity(latents, noise, times)
        return torch.nn.functional.mse_loss(found.float(), wanted.float())

    def _measured(self) -> float:
        import torch

        length = self._noise.config.num_train_timesteps
        every = list(range(len(self._examples)))
        losses: list[float] = []
        with torch.no_grad():
            for index in every:
                for share in _MEASURED_AT:
                    times = torch.tensor([int(share * length)])
                    losses.append(float(self._loss([index], times, index, [False])))
        return float(np.mean(losses))

    def _sample(self) -> NDArray[np.uint8]:
        import torch

        first = self._examples[0]
        drawn = self._pipeline(
            first.caption, image=Pillow.fromarray(first.rgb), strength=0.8,
            num_inference_steps=20, output_type="np",
            generator=torch.Generator(self._device).manual_seed(self._options.seed),
        ).images[0]  # fmt: skip
        return (drawn.clip(0, 1) * 255).round().astype(np.uint8)

    def _keep(self, loss: float) -> None:
        import torch
        from peft.utils import get_peft_model_state_dict

        self._stale = 0 if loss < self._best else self._stale + 1
        if loss < self._best:
            self._best = loss
            layers = get_peft_model_state_dict(self._pipeline.unet)
            self._pipeline.save_lora_weights(
                self._folder, unet_lora_layers=layers, weight_name=WEIGHTS_FILE
            )
        state = {
            "weights": self._weights, "optimizer": self._optimizer.state_dict(),
            "done": self._done, "best": self._best, "stale": self._stale, "prior": self._prior,
        }  # fmt: skip
        with whole(self._folder / CHECKPOINT_FILE) as part:
            torch.save(state, part)

    def _checkpoint(self) -> dict[str, Any]:
        """Empty: there is none."""
        import torch

        file = self._folder / CHECKPOINT_FILE
        return torch.load(file, self._device, weights_only=True) if file.exists() else {}

    def _resume(self, state: dict[str, Any]) -> None:
        import torch

        with torch.no_grad():
            for weight, kept in zip(self._weights, state["weights"], strict=True):
                weight.copy_(kept)
        self._optimizer.load_state_dict(state["optimizer"])
        self._done, self._best, self._stale = state["done"], state["best"], state["stale"]


def _optimizer(weights: list[Any], options: LoraOptions) -> Any:
    import torch

    return torch.optim.AdamW(weights, lr=options.learning_rate, weight_decay=options.weight_decay)
