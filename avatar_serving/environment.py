"""What environment variables say of the service: its profile, address, data and keys."""

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from avatar_serving.storage import Storage

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Environment(BaseModel):
    """What environment variables say of the service; of its storage `avatar_serving.storage`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    profile: str = "cpu"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    data: Path = Path("data")
    api_key_required: bool = False
    api_key_file: Path | None = None
    """Holds one more key that is accepted."""
    storage: Storage | None = None
    """None: read where the gateway runs, so that no secret travels there."""

    @property
    def loopback(self) -> bool:
        return self.host in _LOOPBACK


def talk_key() -> str | None:
    """AVATAR_API_KEY: the key that this machine's commands show to a service."""
    return os.environ.get("AVATAR_API_KEY") or None


def environment() -> Environment:
    """PROFILE, HOST, PORT, AVATAR_DATA and AVATAR_API_KEYS (``on`` or ``off``).

    API keys are asked for when the service is bound to anything but loopback.
    """
    host = os.environ.get("HOST", "127.0.0.1")
    keys = os.environ.get("AVATAR_API_KEYS", "")
    return Environment(
        profile=os.environ.get("PROFILE", "cpu"),
        host=host,
        port=int(os.environ.get("PORT", "8000")),
        data=Path(os.environ.get("AVATAR_DATA", "data")),
        api_key_required=keys == "on" or (keys != "off" and host not in _LOOPBACK),
    )
