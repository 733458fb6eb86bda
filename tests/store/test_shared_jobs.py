"""Videos, trainings and adapters that several gateways share."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from avatar_serving.config import load_profile
from avatar_serving.errors import NotFound
from avatar_serving.flow import collect
from avatar_serving.media import Progress
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.stylise.diffusion import DiffusionStyliseConfig
from avatar_serving.storage import Storage, storage
from avatar_serving.store import Store
from avatar_serving.store.adapters import SharedAdapters
from avatar_serving.training import trainer
from avatar_serving.training.home import open_home
from avatar_serving.training.options import Checked, LoraOptions, Trained, Work
from avatar_serving.training.record import CHECKPOINT_FILE, WEIGHTS_FILE, AdapterRecord
from avatar_serving.training.record import digest as digest_of_weights
from deployments.trainings import TrainingFolder, TrainingJobs, TrainingState
from deployments.video_states import VideoFolder, VideoState
from deployments.videos import VideoJobs
from pipelines.filming import Filmed


def jobs_of(store: Store, folder: Path) -> VideoJobs:
    """The videos of a gateway with a disk of its own."""
    shared = store.jobs("video")
    assert shared is not None
    return VideoJobs(VideoFolder(folder, 60, shared=shared), load_profile("test").limits)


def video(number: int) -> VideoState:
    return VideoState(
        id=f"video_{number:08}", avatar="a", size="64x64", fps=30, file="video.mp4",
        media_type="video/mp4", created_at=number,
    )  # fmt: skip


async def test_a_video_made_at_one_gateway_is_fetched_at_another(
    store: Store, place: Storage, tmp_path: Path
) -> None:
    other = Store(tmp_path / "elsewhere", storage=place)
    here, there = jobs_of(store, tmp_path / "here"), jobs_of(other, tmp_path / "there")
    file = here.folder.file(video(1).id, "video.mp4")

    async def film() -> AsyncGenerator[Progress | Filmed, None]:
        yield Progress("render", 0.5)
        file.write_bytes(b"a film")
        yield Filmed(file, 2.0, 1.0)

    await here.start(video(1), film)
    followed = await collect(there.follow(video(1).id))
    assert followed[-1].status == "completed" and there.folder.all() == [followed[-1]]
    copy = there.folder.fetch(video(1).id, "video.mp4")
    assert copy.is_relative_to(tmp_path / "there") and copy.read_bytes() == b"a film"
    await there.delete(video(1).id)
    assert here.folder.all() == [] and not file.exists(), "its copy here went, too"
    with pytest.raises(NotFound):
        here.folder.fetch(video(1).id, "video.mp4")
    other.close()


async def test_a_training_is_followed_at_another_gateway_with_its_samples(
    store: Store, tmp_path: Path
) -> None:
    limits = load_profile("test").limits
    here, there = (
        TrainingJobs(TrainingFolder(tmp_path / at, 60, store.jobs("training")), limits)
        for at in ("here", "there")
    )
    training = TrainingState(
        id="training_00000001", name="guide", model="m", pictures=4, steps=4, created_at=1
    )
    go_on = asyncio.Event()

    async def teach() -> AsyncGenerator[Progress | Checked | AdapterRecord, None]:
        yield Checked(2, 0.5, np.zeros((64, 64, 3), np.uint8))
        await go_on.wait()
        yield adapter(tmp_path)

    await here.start(training, teach)
    async for state in there.follow(training.id):
        if state.samples and not go_on.is_set():
            sample = await asyncio.to_thread(there.sample, training.id, 2)
            assert sample.is_relative_to(tmp_path / "there") and sample.stat().st_size
            go_on.set()
    assert (state.status, state.done, state.loss) == ("completed", 4, 0.25)
    assert jobs_of(store, tmp_path / "films").folder.all() == [], "videos are others"
    await there.delete(training.id)
    assert here.folder.all() == []


def adapter(home: Path) -> AdapterRecord:
    """Weights in *home*, and what is known of them."""
    (home / "guide").mkdir(exist_ok=True)
    (home / "guide" / WEIGHTS_FILE).write_bytes(b"weights")
    return AdapterRecord(
        name="guide", model="m", licence="MIT", pictures=4, steps=4, loss=0.25,
        consent=Consent(agreed=True, statement="me"), sha256=digest_of_weights(home / "guide"),
    )  # fmt: skip


@pytest.fixture
def shared(bucket: Storage, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every home has that bucket behind it."""
    monkeypatch.setenv("AVATAR_S3_BUCKET", bucket.s3_bucket)
    monkeypatch.setenv("AVATAR_S3_ENDPOINT", bucket.s3_endpoint)
    monkeypatch.setenv("AVATAR_S3_PREFIX", bucket.s3_prefix)
    adapters = SharedAdapters(storage())
    monkeypatch.setattr("avatar_serving.training.home._bucket", lambda *_: adapters)
    yield
    adapters.close()


def test_an_adapter_is_found_by_every_replica(shared: None, tmp_path: Path) -> None:
    here, there = open_home(tmp_path / "here"), open_home(tmp_path / "there")
    (tmp_path / "here").mkdir()
    record = adapter(tmp_path / "here")
    assert here.records() == there.records() == []
    here.keep(record)
    assert there.records() == [record] == [there.find("guide")]
    engine = DiffusionStyliseConfig(trained=str(tmp_path / "there"), model="m")
    assert [choice.id for choice in engine.drawing_choices().adapter] == ["guide"]
    weights = there.folder("guide") / WEIGHTS_FILE
    assert weights.is_relative_to(tmp_path / "there") and weights.read_bytes() == b"weights"
    weights.write_bytes(b"spoiled")
    assert there.find("guide") == record and weights.read_bytes() == b"weights"
    there.delete("guide")
    for home in (here, there):
        with pytest.raises(NotFound):
            home.find("guide")
    for name in ("nobody", "../guide"):
        with pytest.raises(NotFound):
            there.find(name)


class Learns:
    """Two checks; its checkpoint is the step that it has come to."""

    def __init__(self, model: Path, examples: object, options: object, folder: Path) -> None:
        self._folder, self._file = folder, folder / CHECKPOINT_FILE
        self.done = int(self._file.read_text()) if self._file.exists() else 0
        self.best = 0.5

    def run(self) -> Iterator[Checked]:
        while self.done < 4:
            self.done += 2
            (self._folder / WEIGHTS_FILE).write_text(f"best of {self.done}")
            self._file.write_text(str(self.done))
            yield Checked(self.done, self.best, np.zeros((2, 2, 3), np.uint8))


def test_a_training_goes_on_at_another_node(
    shared: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "LoraTraining", Learns)
    monkeypatch.setattr(trainer.weights, "path", Path)

    def work(at: str, mark: str = "these pictures") -> Work:
        return Work("m", [], LoraOptions(), tmp_path / at / "guide", mark)

    def steps(training: Iterator[Checked | Trained]) -> list[int]:
        return [item.step for item in training if isinstance(item, Checked)]

    lost = trainer.train(work("here"))
    assert isinstance(first := next(lost), Checked) and first.step == 2
    assert steps(trainer.train(work("elsewhere", "others"))) == [2, 4]
    there = trainer.train(work("there"))
    assert steps(there) == [4], "it was at step 2"
    home = open_home(tmp_path / "there")
    home.keep(adapter(tmp_path / "there"))
    assert steps(trainer.train(work("anywhere"))) == [2, 4], "nothing is left of one that is done"
    home.delete("guide")
    assert steps(trainer.train(work("anywhere else"))) == [2, 4]


async def test_another_gateway_cancels_a_video(
    store: Store, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr("deployments.background._BEAT_S", 0.05)
    here, there = jobs_of(store, tmp_path / "here"), jobs_of(store, tmp_path / "there")

    async def endless() -> AsyncGenerator[Progress | Filmed, None]:
        while True:
            yield Progress("render", 0.5)
            await asyncio.sleep(0.01)

    await here.start(video(1), endless)
    async for state in there.follow(video(1).id):
        if state.status == "in_progress":
            break
    await there.delete(video(1).id)
    async with asyncio.timeout(60):
        while here.busy:
            await asyncio.sleep(0.02)
    assert there.folder.all() == []
