"""Model files: pinned by sha256, fetched by ``avatar-serving weights pull``, verified before use.

``weights.path("kokoro")`` is all that an engine needs to know.
"""

from collections.abc import Callable
from pathlib import Path

from avatar_serving.weights.library import library

__all__ = ["derived", "library", "path", "present"]


def path(name: str) -> Path:
    """The verified file or folder of a weight.

    Raises:
        NotFound: no such name in the lock file.
        LicenceRefused, WeightMissing, WeightCorrupt: it cannot be used; says what to do.
    """
    return library().path(name)


def present(name: str) -> bool:
    """Whether the weight is here and may be used.

    Raises:
        NotFound: no such name in the lock file.
    """
    shelf = library()
    weight = shelf.get(name)
    return shelf.allows(weight) and shelf.state(weight) == "present"


def derived(name: str, source: str, make: Callable[[Path, Path], None], version: str = "1") -> Path:
    """The file *name* that *make(source, target)* writes out of the weight *source*, made once.

    Raise *version* when *make* changes what it writes.
    """
    return library().derived(name, source, make, version)
