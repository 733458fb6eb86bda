"""Pictures of one character in, a LoRA adapter out, with samples on the way."""

import asyncio
import hashlib
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from avatar_serving import weights
from avatar_serving.errors import InvalidRequest, StageFailed
from avatar_serving.flow import last
from avatar_serving.images import from_array
from avatar_serving.media import Image, Progress
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.base import ReviewStage, Vlm
from avatar_serving.training.home import AdapterHome
from avatar_serving.training.options import (
    Checked,
    Example,
    LoraOptions,
    Trained,
    Trainer,
    Work,
)
from avatar_serving.training.pictures import check_number, check_safe, crops, decent
from avatar_serving.training.record import NAME, AdapterRecord, digest

TrainItem = Progress | Checked | AdapterRecord


@dataclass(frozen=True, slots=True)
class TrainStages:
    review: ReviewStage
    vlm: Vlm
    trainer: Trainer


@dataclass(frozen=True, slots=True)
class TrainRequest:
    name: str
    """Of the adapter, and the word for the character in prompts."""
    model: str
    """Name of a diffusion model in the weights lock."""
    pictures: Sequence[Image]
    consent: Consent
    home: AdapterHome
    """Where it will be kept."""
    side_px: int = 1024
    """What the model draws."""
    options: LoraOptions = LoraOptions()
    owner: str = ""
    """Whose keys may use it; empty: everybody's."""


def check_training(request: TrainRequest) -> None:
    """What can be told before any work.

    Raises:
        InvalidRequest: no consent, too few or too many pictures, or a name that is taken.
        WeightsError: the model is not here, or may not be used.
    """
    request.consent.check()
    check_number(len(request.pictures))
    if not re.fullmatch(NAME, request.name):
        raise InvalidRequest("a name has small letters, digits, - and _", "name")
    if any(record.name == request.name for record in request.home.records()):
        raise InvalidRequest(f"there is an adapter {request.name!r} already", "name")
    weights.path(request.model)


async def train_lora(stages: TrainStages, request: TrainRequest) -> AsyncGenerator[TrainItem, None]:
    """Train, or go on with the same training where it was interrupted.

    Raises:
        ImageRejected: a picture without its one face, of somebody else, or not safe for work.
        InvalidRequest: no consent, too few or too many pictures, or a name that is taken.
        OutOfMemory, StageFailed, WeightsError: the model cannot be trained here.
    """
    await asyncio.to_thread(check_training, request)
    mark = await asyncio.to_thread(_fingerprint, request)
    folder = await asyncio.to_thread(request.home.begin, request.name, mark)
    yield Progress("crop", 0.01, "Looking at the pictures")
    check_safe([await last(stages.review.run(picture)) for picture in request.pictures])
    cut = await asyncio.to_thread(crops, request.pictures, request.side_px)
    examples: list[Example] = []
    for number, rgb in enumerate(cut, start=1):
        yield Progress("caption", 0.02 + 0.08 * number / len(cut), f"Describing picture {number}")
        seen = (await last(stages.vlm.run(from_array(rgb)))).text
        examples.append(Example(rgb, f"{request.name}, {seen}"))
    yield Progress("load", 0.1, "Waiting for room, and loading the model")
    work = Work(request.model, examples, request.options, folder, mark)
    async with aclosing(stages.trainer.run(work)) as items:
        async for item in items:
            if isinstance(item, Trained):
                yield await asyncio.to_thread(_registered, request, item, folder)
                return
            done = 0.1 + 0.89 * item.step / request.options.steps
            yield Progress("train", done, f"Step {item.step}, loss {item.loss:.4f}")
            yield await decent(stages.review, item)
    raise StageFailed("lora", "ended without an adapter")


def _fingerprint(request: TrainRequest) -> str:
    found = hashlib.sha256(f"{request.model} {request.side_px} {request.owner}".encode())
    found.update(request.options.model_dump_json(exclude={"steps", "patience"}).encode())
    for picture in request.pictures:
        found.update(picture.rgb)
    return found.hexdigest()


def _registered(request: TrainRequest, trained: Trained, folder: Path) -> AdapterRecord:
    weight = weights.library().lock.get(request.model)
    record = AdapterRecord(
        name=request.name, model=request.model, licence=weight.licence, consent=request.consent,
        pictures=len(request.pictures), steps=trained.steps, loss=trained.loss,
        sha256=digest(folder), owner=request.owner,
    )  # fmt: skip
    request.home.keep(record)
    return record
