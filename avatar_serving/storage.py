"""Where what outlives a session is kept, as the environment says."""

import os

from pydantic import BaseModel, ConfigDict, SecretStr


class Storage(BaseModel):
    """Where avatars, keys, memories and live sessions are kept; by default in the data folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    database_url: SecretStr | None = None
    """``postgresql://user:password@host:port/name``, with ``?sslmode=`` as libpq has it."""
    s3_bucket: str = ""
    s3_endpoint: str = ""
    """Of a service that speaks S3's protocol; empty: Amazon's own."""
    s3_prefix: str = ""
    """Put before the name of every file, such as ``avatars-of-this-site/``."""
    keys: tuple[SecretStr, ...] = ()
    """Seal what people said, before it is written to the database: the first; all of them open."""


def storage() -> Storage:
    """AVATAR_DATABASE_URL, AVATAR_S3_BUCKET, AVATAR_S3_ENDPOINT, AVATAR_S3_PREFIX and
    AVATAR_STORE_KEY."""
    url = os.environ.get("AVATAR_DATABASE_URL")
    return Storage(
        database_url=SecretStr(url) if url else None,
        s3_bucket=os.environ.get("AVATAR_S3_BUCKET", ""),
        s3_endpoint=os.environ.get("AVATAR_S3_ENDPOINT", ""),
        s3_prefix=os.environ.get("AVATAR_S3_PREFIX", ""),
        keys=tuple(map(SecretStr, os.environ.get("AVATAR_STORE_KEY", "").split())),
    )
