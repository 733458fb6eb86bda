"""Pictures of what the model draws anyway, so that it goes on drawing it.

Prior preservation (Ruiz et al. 2023, DreamBooth): beside the character, the adapter is taught
people as the model drew them before, by words that do not name the character. Else everybody would
come to look like it.
"""

from typing import Any

from avatar_serving.training.options import LoraOptions

_STEPS = 20


def prior_latents(pipeline: Any, options: LoraOptions, side: int) -> Any:
    """(n, c, h, w): latents of `prior_pictures` drawings of *side* pixels, by the model alone.

    Another machine draws them a little otherwise, so a training keeps those that it began with.
    """
    import torch
    from diffusers import AutoPipelineForText2Image

    draws: Any = AutoPipelineForText2Image.from_pipe(pipeline)
    draws.set_progress_bar_config(disable=True)
    drawn = [
        draws(
            options.prior_prompt, height=side, width=side, num_inference_steps=_STEPS,
            generator=torch.Generator("cpu").manual_seed(1_000_003 * (options.seed + 1) + number),
            output_type="latent",
        ).images
        for number in range(options.prior_pictures)
    ]  # fmt: skip
    return torch.cat(drawn)
