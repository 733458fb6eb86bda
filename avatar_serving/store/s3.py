"""Files of avatars in a bucket of S3, or of anything that speaks its protocol."""

import time
from collections.abc import Container, Generator
from contextlib import contextmanager
from typing import Any

from avatar_serving.errors import StageFailed, Unavailable
from avatar_serving.storage import Storage
from avatar_serving.store.blobs import KINDS, UNFINISHED_S, checked_id

_CONNECT_S, _READ_S, _TRIES = 3, 20, 4
_RETRY_AFTER_S = 5.0
_LATER = frozenset({"SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout"})
_TYPES = {"zip": "application/zip", "webp": "image/webp"}


class S3Files:
    """``<prefix>avatars/<id>.zip`` and ``.webp``. boto3 finds the credentials in its usual places:
    ``AWS_ACCESS_KEY_ID``, a mounted profile, or the identity of the pod."""

    def __init__(self, place: Storage) -> None:
        """Raises:
        StageFailed: boto3 is not installed.
        """
        self._bucket = place.s3_bucket
        self._folder = f"{place.s3_prefix}avatars/"
        self._client = client_of(place)

    def write(self, avatar_id: str, package: bytes, thumbnail: bytes) -> None:
        try:
            for kind, data in zip(KINDS, (package, thumbnail), strict=True):
                with ours(f"avatar {avatar_id} could not be written"):
                    self._client.put_object(
                        Bucket=self._bucket, Key=self._key(avatar_id, kind), Body=data,
                        ContentType=_TYPES[kind],
                    )  # fmt: skip
        except StageFailed:
            self.delete(avatar_id)
            raise

    def package(self, avatar_id: str) -> bytes:
        return self._read(avatar_id, "zip")

    def thumbnail(self, avatar_id: str) -> bytes:
        return self._read(avatar_id, "webp")

    def delete(self, avatar_id: str) -> None:
        for kind in KINDS:
            with ours(f"avatar {avatar_id} could not be deleted"):
                self._client.delete_object(Bucket=self._bucket, Key=self._key(avatar_id, kind))

    def sweep(self, known: Container[str]) -> int:
        oldest, gone = time.time() - UNFINISHED_S, 0
        with ours(f"bucket {self._bucket} cannot be listed"):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._folder):
                for found in page.get("Contents", ()):
                    name = str(found["Key"]).removeprefix(self._folder).partition(".")[0]
                    if name not in known and found["LastModified"].timestamp() < oldest:
                        self._client.delete_object(Bucket=self._bucket, Key=found["Key"])
                        gone += 1
        return gone

    def close(self) -> None:
        self._client.close()

    def _read(self, avatar_id: str, kind: str) -> bytes:
        with ours(f"avatar {avatar_id}: its {kind} file is lost"):
            answer = self._client.get_object(Bucket=self._bucket, Key=self._key(avatar_id, kind))
            return answer["Body"].read()

    def _key(self, avatar_id: str, kind: str) -> str:
        return f"{self._folder}{checked_id(avatar_id)}.{kind}"


def client_of(place: Storage) -> Any:
    """boto3's client for the bucket of *place*.

    Raises:
        StageFailed: boto3 is not installed.
    """
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise StageFailed("store", "S3 needs: pip install 'avatar-serving[cluster]'") from error
    config = Config(
        connect_timeout=_CONNECT_S,
        read_timeout=_READ_S,
        retries={"max_attempts": _TRIES, "mode": "standard"},
    )
    client: Any = boto3.client("s3", endpoint_url=place.s3_endpoint or None, config=config)
    return client


@contextmanager
def ours(what: str) -> Generator[None, None, None]:
    """Raises:
    Unavailable: the storage does not answer.
    StageFailed: *what* is so, and trying again will not change it.
    """
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectionError,
        HTTPClientError,
        NoCredentialsError,
        ResponseStreamingError,
    )

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _LATER:
            raise Unavailable("the file storage is busy", _RETRY_AFTER_S) from error
        raise StageFailed("store", f"{what}: {code}") from error
    except NoCredentialsError as error:
        raise StageFailed("store", f"{what}: {error}") from error
    except (ConnectionError, HTTPClientError, ResponseStreamingError) as error:
        raise Unavailable("the file storage does not answer", _RETRY_AFTER_S) from error
    except BotoCoreError as error:
        raise StageFailed("store", f"{what}: {error}") from error
