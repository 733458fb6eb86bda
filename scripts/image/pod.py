"""A container as the chart's pods have it, without a container runtime."""

import json
import os
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.image.bases import Buildah

_USER = 1000
_WRITABLE = ("tmp", "home/avatar", "weights", "data", "metrics")
"""The chart's volumes; all else is read-only."""
_OPEN_FILES = 1024
"""Lower than any runtime's default."""
_START = """
mount --bind "$ROOT" "$ROOT"
mkdir -p "$ROOT/proc" "$ROOT/dev"
mount -t proc proc "$ROOT/proc"
mount --rbind /dev "$ROOT/dev"
for name in $WRITABLE; do
  mkdir -p "$ROOT/$name"
  mount -t tmpfs -o "uid=$USER_ID,gid=$USER_ID" tmpfs "$ROOT/$name"
done
[ -z "$CACHE" ] || mount --bind "$CACHE" "$ROOT/weights"
touch "$ROOT/etc/resolv.conf" && mount --bind /etc/resolv.conf "$ROOT/etc/resolv.conf"
mount -o remount,ro,bind "$ROOT"
ulimit -n "$OPEN_FILES"
exec chroot "$ROOT" setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups \\
  --no-new-privs --bounding-set=-all --inh-caps=-all env -i "$@"
"""


@dataclass(frozen=True)
class Pod:
    root: Path
    process: subprocess.Popen[bytes]

    def check(self) -> None:
        """Raises RuntimeError: it has ended."""
        if (code := self.process.poll()) is not None:
            raise RuntimeError(f"what was started ended with {code}")


@contextmanager
def running(
    buildah: Buildah, image: str, command: list[str], cache: Path | None, log: Path
) -> Generator[Pod]:
    """*command* in *image* until the block ends: as a user, with a read-only root, without a
    capability, in namespaces of its own for mounts and processes; on the network of this machine.

    *cache*: weights that are there already, writable by the user.
    """
    container = buildah("from", image)
    try:
        root = Path(buildah("mount", container))
        given = {
            "ROOT": str(root), "WRITABLE": " ".join(_WRITABLE), "USER_ID": str(_USER),
            "CACHE": str(cache or ""), "OPEN_FILES": str(_OPEN_FILES),
        }  # fmt: skip
        unshare = ["unshare", "--mount", "--pid", "--fork"]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*unshare, "sh", "-euc", _START, "pod", *_environment(buildah, image), *command],
                env={**os.environ, **given}, stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
            try:
                yield Pod(root, process)
            finally:
                _end(process)
    finally:
        buildah("rm", container)


def _end(process: subprocess.Popen[bytes]) -> None:
    """With the first process of a namespace all others of it end."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    process.wait()


def command_of(buildah: Buildah, image: str) -> list[str]:
    return [str(word) for word in _config(buildah, image)["Cmd"]]


def _environment(buildah: Buildah, image: str) -> list[str]:
    found = [str(pair) for pair in _config(buildah, image).get("Env", [])]
    named = {pair.partition("=")[0] for pair in found}
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    default = [] if "PATH" in named else [f"PATH={path}"]
    # The chart's.
    chart = ["AVATAR_CACHE=/weights", "NUMBA_CACHE_DIR=/home/avatar/numba"]
    return [*default, *found, *chart]


def _config(buildah: Buildah, image: str) -> dict[str, Any]:
    return json.loads(buildah("inspect", "--type", "image", image))["OCIv1"]["config"]
