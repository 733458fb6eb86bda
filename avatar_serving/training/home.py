"""Where trained adapters are kept: a folder, and the bucket behind it, where there is one."""

import hashlib
import re
import shutil
from functools import cache
from pathlib import Path
from typing import Protocol

from pydantic import ValidationError

from avatar_serving.errors import NotFound
from avatar_serving.storage import Storage, storage
from avatar_serving.training.record import (
    NAME,
    WEIGHTS_FILE,
    AdapterRecord,
    digest,
    find_record,
    records,
)


class Bucket(Protocol):
    """Adapters that every machine finds, by name. A record as JSON says that one is whole."""

    def names(self) -> list[str]: ...

    def record(self, name: str) -> bytes | None:
        """None: there is no such adapter."""
        ...

    def weights(self, name: str) -> bytes: ...

    def keep(self, name: str, record: bytes, weights: Path) -> None: ...

    def delete(self, name: str) -> None: ...


class AdapterHome:
    """A folder for each adapter, and for each that is being trained. With a bucket, that says which
    adapters there are, and the folder has copies of those that were asked for here.

    Every call waits for files or the bucket, and raises `Unavailable` where that does not answer.
    """

    def __init__(self, folder: Path, bucket: Bucket | None = None) -> None:
        self._folder = folder
        self._bucket = bucket

    def folder(self, name: str) -> Path:
        """Where an adapter is once it was found, or is to be trained."""
        return self._folder / name

    def records(self) -> list[AdapterRecord]:
        """Of all adapters, by name."""
        if self._bucket is None:
            return records(self._folder)
        found = ((name, self._bucket.record(name)) for name in self._bucket.names())
        return [_read(name, text) for name, text in found if text is not None]

    def find(self, name: str) -> AdapterRecord:
        """Raises NotFound, also where the weights are not those that were recorded."""
        if self._bucket is None:
            return find_record(self._folder, name)
        text = self._bucket.record(name) if re.fullmatch(NAME, name) else None
        if text is None:
            raise NotFound("adapter", name)
        record = _read(name, text)
        if not self._has(record):
            self._fetch(self._bucket, record)
        return record

    def keep(self, record: AdapterRecord) -> None:
        """The training of an adapter is over: its weights are in its folder."""
        folder = self.folder(record.name)
        if self._bucket is not None:
            text = record.model_dump_json().encode()
            self._bucket.keep(record.name, text, folder / WEIGHTS_FILE)
        record.write(folder)

    def delete(self, name: str) -> None:
        """For good; copies elsewhere are not found any more."""
        if self._bucket is not None:
            self._bucket.delete(name)
        shutil.rmtree(self.folder(name), ignore_errors=True)

    def _has(self, record: AdapterRecord) -> bool:
        try:
            return digest(self.folder(record.name)) == record.sha256
        except OSError:
            return False

    def _fetch(self, bucket: Bucket, record: AdapterRecord) -> None:
        weights = bucket.weights(record.name)
        if hashlib.sha256(weights).hexdigest() != record.sha256:
            raise NotFound(
                "adapter", f"{record.name} (its weights are not those that were recorded)"
            )
        folder = self.folder(record.name)
        folder.mkdir(parents=True, exist_ok=True)
        write_weights(folder, weights)
        record.write(folder)


def write_weights(folder: Path, weights: bytes) -> None:
    """They are whole or absent."""
    part = folder / f"{WEIGHTS_FILE}.new"
    part.write_bytes(weights)
    part.replace(folder / WEIGHTS_FILE)


def open_home(folder: Path | str) -> AdapterHome:
    """As the environment has it: with the bucket of the store, where it names one."""
    place = storage()
    if not place.s3_bucket:
        return AdapterHome(Path(folder))
    return AdapterHome(Path(folder), _bucket(place.s3_bucket, place.s3_endpoint, place.s3_prefix))


@cache
def _bucket(name: str, endpoint: str, prefix: str) -> Bucket:
    from avatar_serving.store.adapters import SharedAdapters

    return SharedAdapters(Storage(s3_bucket=name, s3_endpoint=endpoint, s3_prefix=prefix))


def _read(name: str, text: bytes) -> AdapterRecord:
    try:
        return AdapterRecord.model_validate_json(text)
    except ValidationError as error:
        raise NotFound("adapter", name) from error
