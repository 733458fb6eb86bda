"""An evaluation as a folder: index.html to look at, report.json to compute with, pictures."""

import json
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving import images
from avatar_serving.evaluation.drawn.results import DrawnEvaluation
from avatar_serving.evaluation.evaluate import Evaluated
from avatar_serving.evaluation.pages import page
from avatar_serving.evaluation.results import Evaluation
from avatar_serving.evaluation.targets import verdicts

PICTURE_PX = 256


def write_report(found: Evaluated, folder: Path) -> Path:
    """The page's path. The folder is made; files of an earlier report in it are replaced."""
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    rows = {
        title: [_picture(folder, f"{row}-{i}", pixels) for i, pixels in enumerate(pictures)]
        for row, (title, pictures) in enumerate(found.pictures.items())
    }
    (folder / "report.json").write_text(report_json(found.evaluation))
    index = folder / "index.html"
    index.write_text(page(found.evaluation, rows))
    return index


def report_json(evaluation: Evaluation | DrawnEvaluation) -> str:
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
