"""Files made from weights once and kept: a graph rewritten, a table packed."""

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from avatar_serving.weights.cache import exclusive


def derive(
    folder: Path, name: str, key: str, source: Path, make: Callable[[Path, Path], None]
) -> Path:
    """Return ``folder/<key>/<name>``, letting *make(source, target)* write it if it is not there.

    It appears whole or not at all, and one process at a time makes it.
    """
    home = folder / hashlib.sha256(key.encode()).hexdigest()[:16]
    done = home / name
    if done.exists():
        return done
    with exclusive(home / f"{name}.lock"):
        if not done.exists():
            unfinished = home / f".{os.getpid()}"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            try:
                make(source, unfinished / name)
                os.replace(unfinished / name, done)
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
    return done
