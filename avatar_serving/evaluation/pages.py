"""What a report says of a photo's avatar, and of a drawing's."""

from html import escape

from avatar_serving.evaluation.drawn.results import DrawnEvaluation
from avatar_serving.evaluation.html import STYLE, controls, row, table, targets
from avatar_serving.evaluation.results import Evaluation
from avatar_serving.evaluation.targets import verdicts


def page(evaluation: Evaluation | DrawnEvaluation, rows: dict[str, list[str]]) -> str:
    """*rows*: paths of pictures by their title."""
    title = f"Evaluation of {escape(evaluation.avatar)}"
    parts = [
        f"<!doctype html><meta charset=utf-8><title>{title}</title><style>{STYLE}</style>",
        f"<h1>{title}</h1><p>Made by {escape(evaluation.engine)}. Lengths are in face widths.",
        "<h2>Targets</h2>", targets(verdicts(evaluation)),
        *(row(name, pictures) for name, pictures in rows.items()),
        "<h2>Controls</h2>", controls(evaluation.controls),
        "<h2>Landmarks found again</h2>",
        table(("part", "error"), evaluation.landmarks.parts.items()),
        *(_of_drawing(evaluation) if isinstance(evaluation, DrawnEvaluation)
          else _of_photo(evaluation)),
        "<h2>Closure</h2>", table(("", ""), evaluation.closure.model_dump().items()),
        "<h2>Lip sync</h2>",
        table(("", ""), evaluation.lip_sync.model_dump().items() if evaluation.lip_sync else ()),
        "<h2>Cost</h2>", table(("", ""), evaluation.cost.model_dump().items()),
        "<h2>Not run</h2>", table(("measure", "why"), evaluation.not_run.items()),
    ]  # fmt: skip
    return "\n".join(parts)


def _of_photo(evaluation: Evaluation) -> list[str]:
    return [
        f"<h2>Identity</h2><p>Distance from the {evaluation.identity.reference}; another person: "
        f"{evaluation.identity.impostor:.3f}; one person: below {evaluation.identity.same_person}. "
        "The head turns by {0:g} to {1:g} degrees.".format(*evaluation.identity.yaw),
        table(("view", "distance"), ((v.view, v.distance) for v in evaluation.identity.views)),
        "<h2>Every ARKit shape alone, as the blendshape model reads it</h2>",
        "<p>The model was trained on people, most of whom cannot make one shape alone.",
        table(("shape", "own score rises by", "rises most", "by"),
              ((r.shape, r.own, r.rises_most, r.by) for r in evaluation.responses)),
    ]  # fmt: skip


def _of_drawing(evaluation: DrawnEvaluation) -> list[str]:
    return [
        "<h2>What is painted where the drawing shows nothing</h2>",
        table(("", ""), evaluation.fills.model_dump().items()),
    ]
