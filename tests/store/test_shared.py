"""A store on PostgreSQL and S3: as in a folder, for many gateways, while servers restart."""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from avatar_serving.config import load_profile
from avatar_serving.errors import (
    InvalidRequest,
    NotFound,
    RateLimited,
    StageFailed,
    Unavailable,
    WrongState,
)
from avatar_serving.flow import collect
from avatar_serving.media import Progress
from avatar_serving.memory import Fact
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.stylise.diffusion import DiffusionStyliseConfig
from avatar_serving.storage import Storage, storage
from avatar_serving.store import Character, Store
from avatar_serving.store.adapters import SharedAdapters
from avatar_serving.store.database import Database
from avatar_serving.store.s3 import S3Files
from avatar_serving.store.sessions import digest
from avatar_serving.training.home import open_home
from avatar_serving.training.options import Checked
from avatar_serving.training.record import WEIGHTS_FILE, AdapterRecord
from avatar_serving.training.record import digest as digest_of_weights
from deployments.ports import free_port
from deployments.trainings import TrainingFolder, TrainingJobs, TrainingState
from deployments.video_states import VideoFolder, VideoState
from deployments.videos import VideoJobs
from pipelines.talking_video import Filmed
from tests.store.packages import small_package
from tests.store.postgres import Postgres, postgres

BUCKET = "avatars-of-a-test"
_names = count()


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


@pytest.fixture(scope="module")
def s3() -> Iterator[Storage]:
    """A bucket of moto, with the credentials that it wants: any."""
    import boto3
    from moto.server import ThreadedMotoServer

    moto = ThreadedMotoServer(port=free_port(), verbose=False)
    moto.start()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        host, port = moto.get_host_and_port()
        place = Storage(s3_bucket=BUCKET, s3_endpoint=f"http://{host}:{port}", s3_prefix="x/")
        client: Any = boto3.client("s3", endpoint_url=place.s3_endpoint)
        client.create_bucket(Bucket=BUCKET)
        client.close()
        yield place
    moto.stop()


@pytest.fixture
def place(server: Postgres, s3: Storage) -> Storage:
    """A new database each time."""
    url = SecretStr(server.database(f"store{next(_names)}"))
    return s3.model_copy(update={"database_url": url, "s3_prefix": f"x{next(_names)}/"})


@pytest.fixture
def store(place: Storage, tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path, storage=place)
    yield opened
    opened.close()


def test_an_avatar_is_seen_by_every_gateway(store: Store, place: Storage, tmp_path: Path) -> None:
    row = store.add_avatar(small_package(), Character(greeting="Hi!", rails={"topics": ["x"]}))
    other = Store(tmp_path / "elsewhere", storage=place)
    assert other.avatars() == [row] and other.avatar(row.id).rails == {"topics": ["x"]}
    assert other.package(row.id) == small_package() and other.thumbnail(row.id) == b"thumb"
    assert other.change_avatar(row.id, Character(name="Bea")).name == "Bea"
    store.memories().learn("ann", row.id, [Fact("home", "They live in Lisbon.")], "said")
    other.delete_avatar(row.id)
    assert store.avatars() == [] and store.memories().of("ann") == []
    with closing(S3Files(place)) as files:
        for call in (store.package, store.thumbnail, files.package):
            with pytest.raises((NotFound, StageFailed)):
                call(row.id)
    assert list(tmp_path.rglob("*.zip")) == list(tmp_path.rglob("*.db")) == []
    other.close()


def test_keys_and_sessions_are_shared(store: Store, place: Storage, tmp_path: Path) -> None:
    other = Store(tmp_path, storage=place)
    assert other.caller(store.create_key("laptop"))
    secret, _ = store.create_secret(60, {"model": "m"})
    redeemed = other.redeem_secret(secret)
    assert redeemed is not None and redeemed.session == {"model": "m"}
    assert store.redeem_secret(secret) is None
    one, two = store.sessions("one"), other.sessions("two")
    token, _ = one.open("sess_1", 60)
    assert one.write("sess_1", '{"a": 1}')
    claimed = two.claim(token)
    assert claimed.state == '{"a": 1}'
    assert two.write("sess_1", '{"a": 2}', held=digest(claimed.token))
    with pytest.raises(WrongState, match="used before"):
        one.claim(token)
    other.close()


def test_limits_of_keys_are_counted_together(store: Store, place: Storage, tmp_path: Path) -> None:
    other = Store(tmp_path, storage=place)
    both = store.quotas("one"), other.quotas("two")

    def succeeds(call: Callable[[], object]) -> bool:
        try:
            call()
        except RateLimited:
            return False
        return True

    takes = [partial(both[n % 2].take, "shop", "limits.x", 10, 3600) for n in range(24)]
    holds = [partial(both[n % 2].hold, "shop", f"sess_{n}", 5) for n in range(24)]
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(succeeds, takes)) == 10
        assert sum(pool.map(succeeds, holds)) == 5
    both[0].renew({"sess_0": "shop", "sess_100": "shop"})
    other.close()


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


def test_an_adapter_is_found_by_every_replica(
    s3: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVATAR_S3_BUCKET", s3.s3_bucket)
    monkeypatch.setenv("AVATAR_S3_ENDPOINT", s3.s3_endpoint)
    monkeypatch.setenv("AVATAR_S3_PREFIX", f"x{next(_names)}/")
    bucket = SharedAdapters(storage())
    monkeypatch.setattr("avatar_serving.training.home._bucket", lambda *_: bucket)
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
    bucket.close()


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


def test_gateways_may_start_at_once(place: Storage, tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        stores = list(pool.map(lambda _: Store(tmp_path, storage=place), range(6)))
    for opened in stores:
        assert opened.avatars() == []
        opened.close()


def test_a_database_of_a_later_version_is_left_alone(place: Storage, tmp_path: Path) -> None:
    from sqlalchemy import text

    opened = Store(tmp_path, storage=place)
    with opened._database.session() as session:
        session.execute(text("UPDATE meta SET value = '999'"))
    opened.close()
    with pytest.raises(StageFailed, match="newer") as caught:
        Store(tmp_path, storage=place)
    assert "secret" not in str(caught.value)


def test_an_orphan_of_a_crash_is_swept_once_it_is_old(s3: Storage, monkeypatch: Any) -> None:
    files = S3Files(s3.model_copy(update={"s3_prefix": f"x{next(_names)}/"}))
    files.write("ab" * 16, b"package", b"thumbnail")
    files.write("cd" * 16, b"kept", b"kept")
    assert files.sweep({"cd" * 16}) == 0
    now = time.time() + 7200
    monkeypatch.setattr(time, "time", lambda: now)
    assert files.sweep({"cd" * 16}) == 2
    assert files.package("cd" * 16) == b"kept"
    with pytest.raises(StageFailed, match="lost"):
        files.package("ab" * 16)
    files.close()


def test_storage_that_is_not_there(s3: Storage, tmp_path: Path) -> None:
    nobody = s3.model_copy(update={"s3_endpoint": f"http://127.0.0.1:{free_port()}"})
    with closing(S3Files(nobody)) as files, pytest.raises(Unavailable) as caught:
        files.package("ab" * 16)
    assert caught.value.retryable and caught.value.retry_after_s > 0
    with pytest.raises(StageFailed, match="NoSuchBucket"):
        Store(tmp_path, storage=s3.model_copy(update={"s3_bucket": "nobodys"}))


def test_a_database_that_restarts_is_waited_for(server: Postgres) -> None:
    database = Database(server.database("restarting"))
    server.stop()
    back = threading.Timer(2.0, server.start)
    back.start()
    try:
        with database.session():
            pass
    finally:
        back.join()
    server.stop("immediate")
    server.start()
    with database.session():
        pass
    database.close()


def test_a_database_that_stays_away_is_a_typed_error(server: Postgres) -> None:
    database = Database(server.database("gone"), patience_s=2.0)
    server.stop()
    try:
        with pytest.raises(Unavailable) as caught, database.session():
            pass
        assert caught.value.retryable and caught.value.retry_after_s > 0
        waiting = [threading.Thread(target=_use, args=(database,)) for _ in range(2)]
        for thread in waiting:
            thread.start()
        while database._waiting._value:
            time.sleep(0.01)
        with pytest.raises(Unavailable), database.session():
            pass
        assert any(thread.is_alive() for thread in waiting), "a third is told before the two"
        for thread in waiting:
            thread.join()
    finally:
        server.start()
    database.close()


def _use(database: Database) -> None:
    with pytest.raises(Unavailable), database.session():
        pass


@pytest.mark.parametrize(
    "url", ["no url", "mysql://u:hidden@h/d", "postgresql://u:hidden@h/d?sslmode=x"]
)
def test_a_wrong_address_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        Database(url)
    assert caught.value.param == "AVATAR_DATABASE_URL" and "hidden" not in str(caught.value)


def test_a_wrong_password_is_not_waited_for(server: Postgres) -> None:
    with pytest.raises(StageFailed):
        Database(server.url.replace("secret", "wrong"), patience_s=600)


def test_it_is_read_from_the_environment(monkeypatch: Any) -> None:
    assert storage() == Storage()
    monkeypatch.setenv("AVATAR_DATABASE_URL", "postgresql://u:hidden@h/d")
    monkeypatch.setenv("AVATAR_S3_BUCKET", "b")
    found = storage()
    assert found.s3_bucket == "b" and "hidden" not in repr(found)
