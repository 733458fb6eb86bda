"""What the evaluation of a drawn avatar finds. Lengths are in face widths of the rest pose."""

from avatar_serving.evaluation.results import (
    Closure,
    Control,
    Cost,
    Landmarks,
    LipSync,
    Resemblance,
    Result,
)


class Fills(Result):
    """What is painted where the drawing shows nothing."""

    lid: float | None
    """How far the colour of a shut lid is from that of the skin beside it (CIE Lab); the worse
    eye. None: the eyes were not found."""
    mouth: float
    """Share of the open mouth that shows its inside rather than skin."""
    holes: float
    """Largest share of the face, over several poses, through which the background is seen."""


class DrawnEvaluation(Result):
    avatar: str
    engine: str
    resemblance: Resemblance | None
    landmarks: Landmarks
    """Middles of the eyes, of the brows and the mouth's corners: where the rig put them, and where
    they are found in the drawing."""
    controls: tuple[Control, ...]
    closure: Closure
    fills: Fills
    lip_sync: LipSync | None
    cost: Cost
    not_run: dict[str, str]
    """Measures that were not taken, and why."""
