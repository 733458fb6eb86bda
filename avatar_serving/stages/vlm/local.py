"""What engines share whose model is in this process: pictures and questions as it takes them."""

from pathlib import Path
from typing import Any

from PIL import Image as Pillow

from avatar_serving.media import Image
from avatar_serving.stages.vlm.seen import Task


def processor_of(folder: Path) -> Any:
    """The ``AutoProcessor`` that belongs to a model."""
    from transformers import AutoProcessor

    return AutoProcessor.from_pretrained(folder)


def prompt(processor: Any, task: Task) -> str:
    """The question as the model's chat template has it, with a place for the picture."""
    content = [{"type": "image"}, {"type": "text", "text": task.text}]
    return processor.apply_chat_template(
        [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False
    )


def picture(image: Image) -> Pillow.Image:
    return Pillow.frombytes("RGB", (image.width, image.height), image.rgb)
