"""What is to be spoken. Known to the service and to the model's process."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    language: str
    """As the model calls it: english, chinese, or auto."""
    speaker: str
    """A voice that the model has; empty: that of a recording."""
    instruction: str
    speed: float
    transcript: str
    """What is said in the recording; empty: there is none."""
    seed: int
    """Of the chances it is spoken by, which are its own: other lines do not change them."""
