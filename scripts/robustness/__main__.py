"""Run create_avatar on people and on spoilt pictures; write docs/robustness.md and its picture.

``python -m scripts.robustness`` (about fifteen minutes of one core). Pictures are fetched from the
public packages that the lock file beside this names; ``--sheet FOLDER`` keeps pictures of what was
made there, to be looked at. ``--pictures FILE...`` tells the rows of files of your own instead, and
leaves the page as it is. Nothing fetched is ever committed.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from rich.console import Console
from rich.progress import track

from avatar_serving import images, weights
from avatar_serving.cli.progress import drawn_progress
from avatar_serving.faces import FaceFinder
from avatar_serving.weights.environment import read_environment
from avatar_serving.weights.library import library_for
from avatar_serving.weights.pull import Puller
from scripts.robustness.degrade import DEGRADATIONS
from scripts.robustness.page import Row, write_page
from scripts.robustness.people import PEOPLE, Wanted
from scripts.robustness.sheet import draw_sheet
from scripts.robustness.trial import Outcome, Trials

LOCK = Path(__file__).with_name("portraits.lock.yaml")
PAGE = Path(__file__).parents[2] / "docs" / "robustness.md"
SPOILT = ("portrait-astronaut", "portrait-admiral")
CELL_PX = 224


@dataclass(frozen=True, slots=True)
class Case:
    what: str
    wanted: Wanted
    picture: bytes


def people() -> Iterator[Case]:
    environment = replace(read_environment(), lock=LOCK, commercial=False)
    shelf = library_for(environment)
    console = Console()
    sizes = {w.name: sum(pin.size for pin in w.pins) for w in shelf.lock.weights}
    with drawn_progress(console, sizes) as progress:
        Puller(environment, progress).pull(shelf.lock.weights)
    for person in PEOPLE:
        path = weights.path(person.weight) if not person.path else shelf.path(person.weight)
        yield Case(person.what, person.wanted, (path / person.path).read_bytes())


def spoilt() -> Iterator[Case]:
    finder = FaceFinder()
    for name in SPOILT:
        picture = images.to_array(images.decode(weights.path(name).read_bytes()))
        face = finder.find(picture)[0]
        for degradation in DEGRADATIONS:
            changed = images.from_array(degradation.change(picture, face))
            subject = name.removeprefix("portrait-")
            yield Case(f"{subject}: {degradation.what}", degradation.wanted,
                       images.encode(changed, "png"))  # fmt: skip


def own(files: Sequence[Path]) -> Iterator[Case]:
    """Pictures of people of whom an avatar is wanted."""
    for file in files:
        yield Case(file.name, "avatar", file.read_bytes())


GROUPS = {"people": people, "spoilt": spoilt}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheet", type=Path, help="keep pictures of the outcomes in this folder")
    parser.add_argument("--only", choices=GROUPS, help="leave the other table as it is")
    parser.add_argument("--pictures", type=Path, nargs="+", metavar="FILE", help="of your own")
    options = parser.parse_args()
    sheet: Path | None = options.sheet
    trials = Trials()
    if options.pictures:
        for row in _run(trials, "own", list(own(options.pictures)), sheet):
            print(f"| {' | '.join(row.cells())} |")
        return
    for title in [options.only] if options.only else GROUPS:
        cases = list(GROUPS[title]())
        rows = _run(trials, title, cases, sheet)
        write_page(PAGE, {title: rows})
        if title == "spoilt":
            _draw(cases, rows)


def _run(trials: Trials, title: str, cases: Sequence[Case], sheet: Path | None) -> list[Row]:
    rows: list[Row] = []
    for i, case in enumerate(track(cases, description=title)):
        outcome = trials.run(case.picture)
        rows.append(Row(case.what, case.wanted, outcome))
        if sheet:
            _keep(sheet / f"{title}-{i:02d}.png", case, outcome)
    return rows


def _draw(cases: Sequence[Case], rows: Sequence[Row]) -> None:
    """The picture of the page, of the first of those that were spoilt."""
    first = len(DEGRADATIONS)
    draw_sheet(
        [degradation.what for degradation in DEGRADATIONS],
        [images.to_array(images.decode(case.picture)) for case in cases[:first]],
        [row.outcome for row in rows[:first]],
    )


def _keep(path: Path, case: Case, outcome: Outcome) -> None:
    """The picture, what was made of it, and in words what happened."""
    path.parent.mkdir(parents=True, exist_ok=True)
    source = images.decode(case.picture)
    pixels = [images.to_array(source), *outcome.pictures]
    strip = Image.new("RGB", (CELL_PX * len(pixels), CELL_PX + 16), "white")
    for i, picture in enumerate(pixels):
        small = Image.fromarray(np.ascontiguousarray(picture))
        small.thumbnail((CELL_PX, CELL_PX))
        strip.paste(small, (i * CELL_PX, 0))
    said = outcome.crash or str(outcome.refused or outcome.quality)
    ImageDraw.Draw(strip).text((2, CELL_PX), f"{case.what} [{case.wanted}]: {said}"[:200], "black")
    strip.save(path)


if __name__ == "__main__":
    main()
