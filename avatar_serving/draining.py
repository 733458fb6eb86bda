"""Asking the gateways of this machine to stop taking sessions and to hand over those they have.

They look for a file beside their metrics, so that one that is started meanwhile obeys too.
"""

import os
import time
from pathlib import Path

from prometheus_client.mmap_dict import MmapedDict

from avatar_serving.exposition import forget_the_dead

_POLL_S = 0.5
_SWITCH = "draining"


def metrics_folder() -> Path | None:
    """PROMETHEUS_MULTIPROC_DIR, where the processes of this machine put their metrics together."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    return Path(folder) if folder else None


def request(folder: Path) -> None:
    """Ask the gateways that keep their metrics in *folder* to hand their sessions over."""
    (folder / _SWITCH).touch()


def requested(folder: Path) -> bool:
    """Whether the gateways that share *folder* are to take no more sessions."""
    return (folder / _SWITCH).exists()


def wait(folder: Path, limit_s: float) -> int:
    """Wait until they hold no session, for *limit_s* at most; how many are left."""
    ends = time.monotonic() + limit_s
    while (held := sessions(folder)) and time.monotonic() < ends:
        time.sleep(_POLL_S)
    return held


def sessions(folder: Path) -> int:
    """Sessions held by the living processes that keep their metrics in *folder*."""
    held = 0.0
    forget_the_dead(folder)
    for path in folder.glob("gauge_livesum_*.db"):
        for key, value, _, _ in MmapedDict.read_all_values_from_file(str(path)):
            if '"avatar_sessions"' in key:
                held += value
    return round(held)
