"""Pictures of one character in, a LoRA adapter out, with samples on the way."""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from avatar_serving import weights
from avatar_serving.errors import InvalidRequest
from avatar_serving.flow import in_thread, last
from avatar_serving.images import from_array
from avatar_serving.media import Image, Progress
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.base import Vlm
from avatar_serving.training.lora import LoraTraining
from avatar_serving.training.options import Checked, Example, LoraOptions
from avatar_serving.training.pictures import check_number, crops
from avatar_serving.training.record import NAME, AdapterRecord, digest, records

TrainItem = Progress | Checked | AdapterRecord


@dataclass(frozen=True, slots=True)
class TrainRequest:
    name: str
    """Of the adapter, and the word for the character in prompts."""
    model: str
    """Name of a diffusion model in the weights lock."""
    pictures: Sequence[Image]
    consent: Consent
    home: Path
    """Holds a folder for each adapter."""
    side_px: int = 1024
    """What the model draws."""
    options: LoraOptions = LoraOptions()


async def train_lora(vlm: Vlm, request: TrainRequest) -> AsyncGenerator[TrainItem, None]:
    """Train, or go on with a training of the same name that was interrupted.

    Raises:
        ImageRejected: a picture without its one face, or of somebody else.
        InvalidRequest: no consent, too few or too many pictures, or a name that is taken.
        OutOfMemory, StageFailed, WeightsError: the model cannot be trained here.
    """
    request.consent.check()
    check_number(len(request.pictures))
    folder = _folder(request)
    yield Progress("crop", 0.01, "Looking at the pictures")
    cut = await asyncio.to_thread(crops, request.pictures, request.side_px)
    examples: list[Example] = []
    for number, rgb in enumerate(cut, start=1):
        yield Progress("caption", 0.02 + 0.08 * number / len(cut), f"Describing picture {number}")
        seen = (await last(vlm.run(from_array(rgb)))).text
        examples.append(Example(rgb, f"{request.name}, {seen}"))
    yield Progress("load", 0.1, "Loading the model")
    model = await asyncio.to_thread(weights.path, request.model)
    training = await asyncio.to_thread(LoraTraining, model, examples, request.options, folder)
    async with aclosing(in_thread(training.run())) as checks:
        async for check in checks:
            done = 0.1 + 0.89 * check.step / request.options.steps
            yield Progress("train", done, f"Step {check.step}, loss {check.loss:.4f}")
            yield check
    yield _registered(request, training, folder)


def _folder(request: TrainRequest) -> Path:
    if not re.fullmatch(NAME, request.name):
        raise InvalidRequest("a name has small letters, digits, - and _", "name")
    if any(record.name == request.name for record in records(request.home)):
        raise InvalidRequest(f"there is an adapter {request.name!r} already", "name")
    folder = request.home / request.name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _registered(request: TrainRequest, training: LoraTraining, folder: Path) -> AdapterRecord:
    """Written last: without its record a folder is not yet an adapter."""
    weight = weights.library().lock.get(request.model)
    record = AdapterRecord(
        name=request.name, model=request.model, licence=weight.licence, consent=request.consent,
        pictures=len(request.pictures), steps=training.done, loss=training.best,
        sha256=digest(folder),
    )  # fmt: skip
    record.write(folder)
    return record
