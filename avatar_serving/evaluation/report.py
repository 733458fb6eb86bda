"""An evaluation as a folder: index.html to look at, report.json to compute with, pictures."""

import json
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving import images
from avatar_serving.evaluation.evaluate import Evaluated
from avatar_serving.evaluation.results import Evaluation
from avatar_serving.evaluation.targets import Verdict, verdicts

PICTURE_PX = 256
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
table { border-collapse: collapse; margin: .5rem 0 1.5rem }
td, th { padding: .2rem .8rem; border-bottom: 1px solid #ddd; text-align: left }
td.number { text-align: right; font-variant-numeric: tabular-nums }
.reached { color: #176c2c } .missed { color: #8a5a00 } .low { color: #b00020 }
.row { display: flex; flex-wrap: wrap; gap: .5rem } .row img { width: 12rem; border-radius: .4rem }
"""
_MARKS = {(True, True): ("reached", "reached"), (False, True): ("missed", "missed"),
          (False, False): ("low", "too low")}  # fmt: skip


def write_report(found: Evaluated, folder: Path) -> Path:
    """The page's path. The folder is made; files of an earlier report in it are replaced."""
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    rows = {
        title: [_picture(folder, f"{row}-{i}", pixels) for i, pixels in enumerate(pictures)]
        for row, (title, pictures) in enumerate(found.pictures.items())
    }
    (folder / "report.json").write_text(report_json(found.evaluation))
    page = folder / "index.html"
    page.write_text(_page(found.evaluation, rows))
    return page


def report_json(evaluation: Evaluation) -> str:
    """All that was measured, and each target with whether it was reached (null: not measured)."""
    document = evaluation.model_dump(mode="json")
    document["targets"] = [
        {"name": v.target.name, "value": v.value, v.target.sense: v.target.goal,
         "reached": v.reached}
        for v in verdicts(evaluation)
    ]  # fmt: skip
    return json.dumps(document, indent=1)


def _picture(folder: Path, name: str, pixels: NDArray[np.uint8]) -> str:
    side = (PICTURE_PX, PICTURE_PX)
    small = np.asarray(cv2.resize(pixels, side, interpolation=cv2.INTER_AREA), np.uint8)
    path = folder / "pictures" / f"{name}.jpg"
    path.write_bytes(images.encode(images.from_array(small), "jpeg", 85))
    return f"pictures/{path.name}"


def _page(evaluation: Evaluation, rows: dict[str, list[str]]) -> str:
    title = f"Evaluation of {escape(evaluation.avatar)}"
    parts = [
        f"<!doctype html><meta charset=utf-8><title>{title}</title><style>{STYLE}</style>",
        f"<h1>{title}</h1><p>Made by {escape(evaluation.engine)}. Lengths are in face widths.",
        "<h2>Targets</h2>", _targets(verdicts(evaluation)),
        *(_row(name, pictures) for name, pictures in rows.items()),
        "<h2>Controls</h2>", _controls(evaluation),
        "<h2>Landmarks found again</h2>",
        _table(("part", "error"), evaluation.landmarks.parts.items()),
        f"<h2>Identity</h2><p>Distance from the {evaluation.identity.reference}; another person: "
        f"{evaluation.identity.impostor:.3f}; one person: below {evaluation.identity.same_person}.",
        _table(("view", "distance"), ((v.view, v.distance) for v in evaluation.identity.views)),
        "<h2>Closure</h2>", _table(("", ""), evaluation.closure.model_dump().items()),
        "<h2>Lip sync</h2>",
        _table(("", ""), evaluation.lip_sync.model_dump().items() if evaluation.lip_sync else ()),
        "<h2>Cost</h2>", _table(("", ""), evaluation.cost.model_dump().items()),
        "<h2>Every ARKit shape alone, as the blendshape model reads it</h2>",
        "<p>The model was trained on people, most of whom cannot make one shape alone.",
        _table(("shape", "own score rises by", "rises most", "by"),
               ((r.shape, r.own, r.rises_most, r.by) for r in evaluation.responses)),
        "<h2>Not run</h2>", _table(("measure", "why"), evaluation.not_run.items()),
    ]  # fmt: skip
    return "\n".join(parts)


def _targets(found: Iterable[Verdict]) -> str:
    rows: list[str] = []
    for verdict in found:
        target = verdict.target
        name, mark = ("", "not measured")
        if verdict.reached is not None:
            name, mark = _MARKS[(verdict.reached, bool(verdict.reached or verdict.held))]
        bound = f"{'at least' if target.sense == 'least' else 'at most'} {target.goal:g}"
        cells = f"<td>{escape(target.name)}{_number(verdict.value)}<td>{target.unit}<td>{bound}"
        rows.append(f"<tr>{cells}<td class='{name}'>{mark}")
    return f"<table>{''.join(rows)}</table>"


def _controls(evaluation: Evaluation) -> str:
    head = ("control", "correlation", "slope", "travel", "seen travel", "found")
    return _table(head, (
        (c.name, c.correlation, c.slope, c.travel, c.seen_travel, f"{c.found} of {c.steps}")
        for c in evaluation.controls
    ))  # fmt: skip


def _row(title: str, pictures: Sequence[str]) -> str:
    shown = "".join(f"<img src='{path}' alt=''>" for path in pictures)
    return f"<h3>{escape(title)}</h3><div class=row>{shown}</div>"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    top = "".join(f"<th>{escape(cell)}" for cell in head)
    body = "".join(f"<tr>{''.join(_cell(cell) for cell in row)}" for row in rows)
    return f"<table><tr>{top}{body}</table>"


def _cell(value: object) -> str:
    if value is None or isinstance(value, int | float):
        return _number(value)
    return f"<td>{escape(str(value))}"


def _number(value: float | None) -> str:
    shown = "-" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
    return f"<td class=number>{shown}"
