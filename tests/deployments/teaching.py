"""A trainer, scripted: the real pictures and settings, and no learning."""

import asyncio
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import numpy as np
import skimage.data

from avatar_serving import weights
from avatar_serving.images import encode, from_array
from avatar_serving.training.options import Checked, Trained
from avatar_serving.training.record import WEIGHTS_FILE
from tests.deployments.drawing import Scripted, drawing_profile
from tests.deployments.serving import gateway

MODEL = "sdxl-base-1.0"
CONSENT = {"agreed": True, "statement": "These are pictures of me."}


class ScriptedTrainer:
    def __init__(self):
        self.asked = []
        self.trouble = None
        self.endless = False

    async def run(self, work, /):
        self.asked.append(work)
        for step in (work.options.steps // 2, work.options.steps):
            await asyncio.sleep(0.05)
            if self.trouble:
                raise self.trouble
            yield Checked(step, 1 / step, work.examples[0].rgb)
            while self.endless:
                await asyncio.sleep(0.05)
        (work.folder / WEIGHTS_FILE).write_bytes(b"weights")
        yield Trained(work.options.steps, 1 / work.options.steps)


def pictures():
    """Files: four of one person."""
    photo = np.ascontiguousarray(skimage.data.astronaut()[:300, 80:400])
    lit = [(photo * share).astype(np.uint8) for share in (1, 0.9, 0.8)]
    arrays = (*lit, np.ascontiguousarray(photo[:, ::-1]))
    return [encode(from_array(each), "jpeg", 95) for each in arrays]


@contextmanager
def teaching(folder, trainer, **environment):
    """A gateway that can teach; yields its address and where adapters lie."""
    real = weights.path

    def path(name: str) -> Path:
        return folder if name == MODEL else real(name)

    home = folder / "lora"
    profile = drawing_profile(trained=str(home))
    with (
        patch.object(weights, "path", path),
        gateway(folder / "data", profile, remote={"stylise": Scripted()}, **environment) as (
            services,
            url,
        ),
    ):
        services.trainer = trainer
        yield services, url, home
