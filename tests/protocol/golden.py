"""The messages kept in tests/golden/protocol: server events there, client events in ``client``."""

from pathlib import Path

FOLDER = Path(__file__).parents[1] / "golden" / "protocol"
SERVER = {path.stem: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.json"))}
CLIENT = {path.stem: path.read_text("utf-8") for path in sorted(FOLDER.glob("client/*.json"))}
