"""Why one source could not give a file. The pull collects these and tries the next source."""

from pathlib import Path


class SourceFailed(Exception):
    """*damaged* is a downloaded archive that is broken and must be fetched again."""

    def __init__(self, reason: str, damaged: Path | None = None) -> None:
        super().__init__(reason, damaged)
        self.reason = reason
        self.damaged = damaged

    def __str__(self) -> str:
        return self.reason
