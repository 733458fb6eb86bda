"""``avatar-serving drain``: let this machine's sessions end before it stops."""

import os
import time
from pathlib import Path
from typing import Annotated

import typer
from prometheus_client.mmap_dict import MmapedDict

from avatar_serving.metrics import forget_the_dead

Limit = Annotated[float, typer.Option(min=0, help="Longest wait, in seconds.")]
_POLL_S = 2.0


def drain(limit_s: Limit = 3600) -> None:
    """Wait until no process of this machine holds a session, or the limit is reached.

    Looks into PROMETHEUS_MULTIPROC_DIR, where they say so. New sessions are kept away by whoever
    routes them: Kubernetes takes a pod that is about to stop out of its Service.
    """
    folder = Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR", ""))
    ends = time.monotonic() + limit_s
    while (held := sessions(folder)) and time.monotonic() < ends:
        time.sleep(_POLL_S)
    typer.echo(f"{held} sessions left")


def sessions(folder: Path) -> int:
    """Sessions held by the living processes that keep their metrics in *folder*."""
    held = 0.0
    forget_the_dead(folder)
    for path in folder.glob("gauge_livesum_*.db"):
        for key, value, _, _ in MmapedDict.read_all_values_from_file(str(path)):
            if '"avatar_sessions"' in key:
                held += value
    return round(held)
