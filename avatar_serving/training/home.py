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
    CHECKPOINT_FILE,
    NAME,
    WEIGHTS_FILE,
    AdapterRecord,
    digest,
    find_record,
    records,
)
from avatar_serving.whole_files import write_whole

_BEGUN = "pictures.sha256"
"""Of what a training that is not done was begun with."""
_KEPT = (WEIGHTS_FILE, CHECKPOINT_FILE)


class Bucket(Protocol):
    """Adapters that every machine finds, by name. A record as JSON says that one is whole."""

    def names(self) -> list[str]: ...

    def record(self, name: str) -> bytes | None:
        """None: there is no such adapter."""
        ...

    def weights(self, name: str) -> bytes: ...

    def keep(self, name: str, record: bytes, weights: Path) -> None: ...

    def delete(self, name: str) -> None: ...

    def drafts(self, name: str, mark: str) -> list[str]:
        """Names of the files of a training that is not done."""
        ...

    def draft(self, name: str, mark: str, file: str) -> bytes: ...

    def keep_draft(self, name: str, mark: str, file: Path) -> None: ...

    def forget_drafts(self, name: str) -> None: ...


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
            self._bucket.forget_drafts(record.name)
        record.write(folder)

    def delete(self, name: str) -> None:
        """For good; copies elsewhere are not found any more."""
        if self._bucket is not None:
            self._bucket.delete(name)
            self._bucket.forget_drafts(name)
        shutil.rmtree(self.folder(name), ignore_errors=True)

    def begin(self, name: str, mark: str) -> Path:
        """The folder of a training, with the checkpoint of the same one, which *mark* tells: it may
        have been begun on this machine before. What another one left is deleted."""
        folder = self.folder(name)
        begun = folder / _BEGUN
        if not begun.exists() or begun.read_text() != mark:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            begun.write_text(mark)
        return folder

    def go_on(self, name: str, mark: str) -> None:
        """Put what is in the bucket of that training into its folder: the last machine that worked
        on it may have been another."""
        if self._bucket is None:
            return
        for file in self._bucket.drafts(name, mark):
            if file in _KEPT:
                write_whole(self.folder(name) / file, self._bucket.draft(name, mark, file))

    def checked(self, name: str, mark: str) -> None:
        """A training has written its checkpoint, and its best weights before it."""
        if self._bucket is None:
            return
        for file in _KEPT:
            if (path := self.folder(name) / file).exists():
                self._bucket.keep_draft(name, mark, path)

    def forget(self, name: str) -> None:
        """Delete what a training left that never came to its end; adapters stay."""
        if not re.fullmatch(NAME, name) or any(record.name == name for record in self.records()):
            return
        if self._bucket is not None:
            self._bucket.forget_drafts(name)
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
        write_whole(folder / WEIGHTS_FILE, weights)
        record.write(folder)


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
