"""What a diffusion model is told beside the noisy picture."""

from typing import Any


def conditions(pipeline: Any, caption: str, side: int) -> dict[str, Any]:
    """The caption; for SDXL also its summary and a size, *side* pixels."""
    import torch

    with torch.no_grad():
        words, _, *summary = pipeline.encode_prompt(
            caption, device=pipeline.device, num_images_per_prompt=1,
            do_classifier_free_guidance=False,
        )  # fmt: skip
    told: dict[str, Any] = {"encoder_hidden_states": words}
    if summary:
        sizes = torch.tensor([[side, side, 0, 0, side, side]], device=words.device)
        told["text_embeds"], told["time_ids"] = summary[0], sizes.to(words.dtype)
    return told
