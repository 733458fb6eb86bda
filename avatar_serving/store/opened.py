"""The store that the environment names, for a command that ends soon."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from avatar_serving.environment import environment
from avatar_serving.errors import NotFound
from avatar_serving.storage import storage
from avatar_serving.store.store import Store


@contextmanager
def opened_store(folder: Path | None = None) -> Generator[Store]:
    """Open the store in *folder*, AVATAR_DATA unless given, and close it at the block's end.

    Raises:
        NotFound: what the block wants is not in it; says where was looked.
        StageFailed: there is no store here that this program could use.
        Unavailable: the database or the file storage does not answer.
    """
    data = folder or environment().data
    store = Store(data, storage=storage())
    try:
        yield store
    except NotFound as error:
        where = f"{error.kind} in the folder {data} (AVATAR_DATA) called"
        raise NotFound(where, error.name) from error
    finally:
        store.close()


def stored_package(avatar_id: str) -> bytes:
    """The package of an avatar of that store. Raises as `opened_store` does."""
    with opened_store() as store:
        return store.package(avatar_id)
