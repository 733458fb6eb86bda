"""What head and brows do with the words a speaker leans on."""

from avatar_serving.stages.animate.chance import Chance
from avatar_serving.stages.animate.life import nod
from avatar_serving.stages.animate.segments import Segment
from avatar_serving.stages.animate.timeline import COLUMN, Floats, Timeline, bump

_APART_S = 0.65
"""Two nods are at least this far apart."""
_NOD_DEG = (0.8, 2.2)
_BROWS = (("browInnerUp", 0.16), ("browOuterUpLeft", 0.20), ("browOuterUpRight", 0.20))
_RAISED = 0.35
"""Share of accents that raise the brows."""


def accentuate(frames: Floats, segments: tuple[Segment, ...], seed: int, line: Timeline) -> None:
    """Add nods and brow movements at accented vowels; none is left at the ends of the stretch."""
    inside = line.edges(0.15, 0.15)
    draw = Chance(seed, "accents").stream(f"{line.first}")
    offset_s = 0.0 if line.loop else line.begin_s
    for segment in _leading(segments):
        at_s = segment.middle_s + offset_s
        depth, raised = draw.uniform(*_NOD_DEG), draw.random() < _RAISED
        frames[:, COLUMN["headPitch"]] += inside * nod(line, at_s, depth)
        if raised:
            rise = inside * bump(line.answer_s, at_s, 0.13)
            for name, weight in _BROWS:
                frames[:, COLUMN[name]] += weight * rise


def _leading(segments: tuple[Segment, ...]) -> list[Segment]:
    """The longest accented vowels, none close to another."""
    chosen: list[Segment] = []
    accented = [s for s in segments if s.accent]
    for segment in sorted(accented, key=lambda s: s.start_s - s.end_s):
        if all(abs(segment.middle_s - other.middle_s) >= _APART_S for other in chosen):
            chosen.append(segment)
    return sorted(chosen, key=lambda s: s.start_s)
