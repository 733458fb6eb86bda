"""Training in this process, in the shape of a stage."""

from collections.abc import AsyncGenerator, Generator

from avatar_serving import weights
from avatar_serving.flow import in_thread
from avatar_serving.training.lora import LoraTraining
from avatar_serving.training.options import Checked, Trained, Work


class LocalTrainer:
    def run(self, request: Work, /) -> AsyncGenerator[Checked | Trained, None]:
        """Raises OutOfMemory, StageFailed, WeightsError."""
        return in_thread(train(request))


def train(work: Work) -> Generator[Checked | Trained, None, None]:
    """Raises OutOfMemory, StageFailed, WeightsError."""
    training = LoraTraining(weights.path(work.model), work.examples, work.options, work.folder)
    yield from training.run()
    yield Trained(training.done, training.best)
