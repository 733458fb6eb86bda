"""Training in this process, in the shape of a stage."""

from collections.abc import AsyncGenerator, Generator

from avatar_serving import logs, weights
from avatar_serving.errors import Unavailable
from avatar_serving.flow import in_thread
from avatar_serving.training.home import AdapterHome, open_home
from avatar_serving.training.lora import LoraTraining
from avatar_serving.training.options import Checked, Trained, Work

log = logs.get()


class LocalTrainer:
    def run(self, request: Work, /) -> AsyncGenerator[Checked | Trained, None]:
        """Raises OutOfMemory, StageFailed, WeightsError."""
        return in_thread(train(request))


def train(work: Work) -> Generator[Checked | Trained, None, None]:
    """Go on from the last checkpoint, which may be from another machine if there is a bucket.

    Raises OutOfMemory, StageFailed, Unavailable, WeightsError.
    """
    home = open_home(work.folder.parent)
    home.begin(work.folder.name, work.mark)
    home.go_on(work.folder.name, work.mark)
    training = LoraTraining(weights.path(work.model), work.examples, work.options, work.folder)
    for checked in training.run():
        _kept(home, work)
        yield checked
    yield Trained(training.done, training.best)


def _kept(home: AdapterHome, work: Work) -> None:
    """A bucket that is away costs the copy of one checkpoint, not the training."""
    try:
        home.checked(work.folder.name, work.mark)
    except Unavailable as error:
        log.warning("checkpoint kept on this machine only", why=error.message)
