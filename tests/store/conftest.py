"""Servers of a test's own, where a store is shared: PostgreSQL, and a bucket."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from avatar_serving.storage import Storage
from avatar_serving.store import Store
from deployments.ports import free_port
from tests.store.clock import Clock
from tests.store.postgres import Postgres, postgres

BUCKET = "avatars-of-a-test"
_names = count()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="package")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


@pytest.fixture(scope="package")
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
def bucket(s3: Storage) -> Storage:
    """With a prefix of the test's own."""
    return s3.model_copy(update={"s3_prefix": f"x{next(_names)}/"})


@pytest.fixture
def place(server: Postgres, bucket: Storage) -> Storage:
    """A new database each time."""
    url = SecretStr(server.database(f"store{next(_names)}"))
    return bucket.model_copy(update={"database_url": url})


@pytest.fixture
def store(place: Storage, tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path, storage=place)
    yield opened
    opened.close()
