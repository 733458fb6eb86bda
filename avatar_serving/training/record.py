"""What is known of a trained adapter; it lies beside its weights."""

import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from avatar_serving.errors import NotFound
from avatar_serving.safety.consent import Consent
from avatar_serving.whole_files import write_whole

WEIGHTS_FILE = "pytorch_lora_weights.safetensors"
"""Within an adapter's folder; diffusers gave it its name."""
CHECKPOINT_FILE = "checkpoint.pt"
NAME = r"^[a-z0-9][a-z0-9_-]{0,63}$"
_RECORD = "adapter.json"


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


class AdapterRecord(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=NAME)
    """What requests call it; also the word that means the character in a prompt."""
    model: str
    """The model that it belongs to, by its name in the weights lock."""
    licence: str
    """The model's, which what is made of it inherits."""
    consent: Consent
    pictures: int
    steps: int
    loss: float
    sha256: str
    created_at: datetime = Field(default_factory=_now)
    owner: str = ""
    """Whose keys may use it; empty: everybody's."""

    def write(self, folder: Path) -> None:
        """*folder*: the adapter's own. Written last: without its record it is none yet."""
        write_whole(folder / _RECORD, self.model_dump_json(indent=1))


def digest(folder: Path) -> str:
    """Of an adapter's weights."""
    return hashlib.sha256((folder / WEIGHTS_FILE).read_bytes()).hexdigest()


def records(home: Path) -> list[AdapterRecord]:
    """Of all adapters in *home*, by name. One that is being trained has none yet."""
    return [find_record(home, path.parent.name) for path in sorted(home.glob(f"*/{_RECORD}"))]


def find_record(home: Path, name: str) -> AdapterRecord:
    """Raises NotFound, also where the weights are not those that were recorded."""
    folder = home / name
    if not re.fullmatch(NAME, name):
        raise NotFound("adapter", name)
    try:
        record = AdapterRecord.model_validate_json((folder / _RECORD).read_bytes())
        intact = digest(folder) == record.sha256
    except (OSError, ValidationError) as error:
        raise NotFound("adapter", name) from error
    if not intact:
        raise NotFound("adapter", f"{name} (its weights are not those that were recorded)")
    return record
