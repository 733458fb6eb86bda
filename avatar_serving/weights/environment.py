"""What the environment says about weights, read in one place."""

import os
from dataclasses import dataclass
from pathlib import Path

from avatar_serving.weights.lock import LOCK_FILE

HUB = "https://huggingface.co"


@dataclass(frozen=True, slots=True)
class WeightsEnvironment:
    cache: Path
    """AVATAR_CACHE: where weights are kept."""
    lock: Path = LOCK_FILE
    """AVATAR_WEIGHTS_LOCK: another lock file, for models of one's own."""
    mirror: Path | None = None
    """AVATAR_WEIGHTS_MIRROR: files named by their sha256, tried before anything else."""
    hub: str = HUB
    """HF_ENDPOINT: where ``hf://`` sources are fetched."""
    hub_token: str | None = None
    """HF_TOKEN: sent to the hub, for gated repositories."""
    commercial: bool = False
    """AVATAR_LICENCE=commercial: refuse weights that may not be used commercially."""


def read_environment() -> WeightsEnvironment:
    """AVATAR_CACHE, AVATAR_WEIGHTS_LOCK, AVATAR_WEIGHTS_MIRROR, AVATAR_LICENCE, HF_ENDPOINT and
    HF_TOKEN."""
    env = os.environ
    lock, mirror = env.get("AVATAR_WEIGHTS_LOCK"), env.get("AVATAR_WEIGHTS_MIRROR")
    return WeightsEnvironment(
        cache=Path(env.get("AVATAR_CACHE") or "~/.cache/avatar-serving").expanduser(),
        lock=Path(lock).expanduser() if lock else LOCK_FILE,
        mirror=Path(mirror).expanduser() if mirror else None,
        hub=(env.get("HF_ENDPOINT") or HUB).rstrip("/"),
        hub_token=env.get("HF_TOKEN") or None,
        commercial=env.get("AVATAR_LICENCE", "") == "commercial",
    )
