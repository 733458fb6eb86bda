"""Write the tables of docs/options.md from the code: ``python -m scripts.options``.

The chart's schema, made of the same options, is written with them.

What stands between ``<!-- begin NAME -->`` and ``<!-- end NAME -->`` is replaced; the rest of the
page is written by hand. The meaning of an option is the docstring below it in its class.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

from prometheus_client import Histogram
from prometheus_client.metrics import MetricWrapperBase
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from avatar_serving import config, metrics
from avatar_serving.detectors.end_of_turn import EndOfTurnConfig
from avatar_serving.detectors.vad import VadConfig
from avatar_serving.limits import Limits
from avatar_serving.rails import Rails
from avatar_serving.scaling import GatewayScaling, Scaling
from avatar_serving.stages.llm import ModelChoice
from scripts import chart_schema

PAGE = Path(__file__).parents[1] / "docs" / "options.md"
UNITS = {
    "_s": "s", "_ms": "ms", "_px": "pixels", "_pixels": "pixels", "_bytes": "bytes", "_hz": "Hz",
    "_db": "dB", "_chars": "characters", "_tokens": "tokens", "_cpus": "cores", "_gpus": "GPUs",
    "_threads": "threads", "_days": "days",
}  # fmt: skip
SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "multiple_of": "a multiple of"}
PART_OF_ENGINE = "engine"

Rows = Iterable[tuple[str, ...]]


def main() -> None:
    PAGE.write_text(written(PAGE.read_text()))
    chart_schema.main()


def written(page: str) -> str:
    """*page* with its tables made anew."""
    for name, text in tables().items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        before, found, rest = page.partition(begin)
        assert found, f"the page has no place for {name}"
        page = f"{before}{begin}\n{text}\n{end}{rest.partition(end)[2]}"
    return page


def tables() -> dict[str, str]:
    return {
        "profile": options_table(config.Profile, leave_out={*config.STAGES, "vad", "end_of_turn"}),
        "limits": options_table(Limits),
        "conversation": options_table(config.Conversation),
        "memory": options_table(config.Memory),
        "training": options_table(config.Training),
        "placement": options_table(config.Placement),
        "standby": options_table(config.Standby),
        "gateway scaling": options_table(GatewayScaling, leave_out={"signal"}),
        "scaling": "\n\n".join(map(signal_section, get_args(get_args(Scaling)[0]))),
        "model choice": options_table(ModelChoice),
        "rails": options_table(Rails),
        "engines": "\n\n".join(engine_sections()),
        "metrics": table(("metric", "kind", "labels", "what"), metric_rows()),
        "buckets": table(("histogram", "buckets end at"), bucket_rows()),
    }


def engine_sections() -> Iterator[str]:
    for stage, union in engine_unions().items():
        yield f"### {stage}"
        for engine in engines_of(union):
            yield engine_section(engine)


def engine_unions() -> dict[str, Any]:
    """The engines of each stage and detector, as the profile's fields list them."""
    fields = config.Profile.model_fields
    detectors = {"vad": VadConfig, "end_of_turn": EndOfTurnConfig}
    stages = {name: fields[name].annotation for name in config.STAGES}
    return {**stages, **{name: get_args(union)[0] for name, union in detectors.items()}}


def engines_of(union: Any) -> tuple[type[BaseModel], ...]:
    return get_args(union) or (union,)


def engine_section(engine: type[BaseModel]) -> str:
    name = str(engine.model_fields[PART_OF_ENGINE].default)
    about = (inspect.getdoc(inspect.getmodule(engine)) or "").split("\n\n")[0]
    parts = [f"**`{name}`**. {' '.join(about.split())}"]
    if weights := default_weights(engine):
        parts.append("Weights: " + ", ".join(f"`{weight}`" for weight in weights) + ".")
    if len(engine.model_fields) > 1:
        parts.append("\n\n" + options_table(engine, leave_out={PART_OF_ENGINE}))
    return " ".join(parts).replace(" \n\n", "\n\n")


def signal_section(kind: type[BaseModel]) -> str:
    (name,) = get_args(kind.model_fields["signal"].annotation)
    about = " ".join((inspect.getdoc(kind) or "").split())
    return f"**`{name}`**. {about}\n\n{options_table(kind, leave_out={'signal'})}"


def default_weights(engine: type[BaseModel]) -> tuple[str, ...]:
    if any(field.is_required() for field in engine.model_fields.values()):
        return ()
    made: Any = engine()
    return made.required_weights()


def options_table(model: type[BaseModel], leave_out: Iterable[str] = ()) -> str:
    fields = {n: f for n, f in model.model_fields.items() if n not in set(leave_out)}
    rows = [
        option_row(name, field, meanings(model).get(name, "")) for name, field in fields.items()
    ]
    return table(("option", "default", "unit, range", "meaning"), rows)


def option_row(name: str, field: FieldInfo, meaning: str) -> tuple[str, ...]:
    unit = next((u for suffix, u in UNITS.items() if f"_{name}".endswith(suffix)), "")
    measure = " ".join(filter(None, [unit, bounds(field)])) or choices(field)
    return f"`{name}`", default(field), measure, meaning


def bounds(field: FieldInfo) -> str:
    found = [
        f"{sign} {getattr(rule, key):g}"
        for rule in field.metadata
        for key, sign in SIGNS.items()
        if getattr(rule, key, None) is not None
    ]
    return ", ".join(found)


def choices(field: FieldInfo) -> str:
    options = get_args(field.annotation)
    return ", ".join(map(str, options)) if all(isinstance(o, str) for o in options) else ""


def default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "required"
    value = field.default
    if isinstance(value, BaseModel):
        return "see below"
    if isinstance(value, int) and not isinstance(value, bool) and value >= 10_000:
        return f"{value:,}"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "none" if value in ("", {}) else str(value)


@cache
def meanings(model: type[BaseModel]) -> dict[str, str]:
    """The docstring below each field of a class, and of those that it is made of."""
    found: dict[str, str] = {}
    for part in reversed(model.__mro__):
        if issubclass(part, BaseModel) and part is not BaseModel:
            found |= _meanings_in(part)
    return found


def _meanings_in(model: type[BaseModel]) -> dict[str, str]:
    body = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    for field, below in zip(body.body, body.body[1:], strict=False):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            found[field.target.id] = " ".join(str(below.value.value).split())
    return found


def metric_rows() -> Iterator[tuple[str, ...]]:
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            about = next(iter(metric.describe()))
            name = about.name + ("_total" if about.type == "counter" else "")
            labels = ", ".join(f"`{label}`" for label in vars(metric)["_labelnames"])
            yield f"`{name}`", about.type, labels, about.documentation


def bucket_rows() -> Iterator[tuple[str, ...]]:
    """Histograms with the same buckets share a row."""
    sharing: dict[tuple[float, ...], list[str]] = {}
    for metric in vars(metrics).values():
        if isinstance(metric, Histogram):
            ends = tuple(vars(metric)["_upper_bounds"][:-1])
            sharing.setdefault(ends, []).append(f"`{next(iter(metric.describe())).name}`")
    for ends, names in sharing.items():
        yield ", ".join(names), " ".join(f"{end:g}" for end in ends)


def table(titles: tuple[str, ...], rows: Rows) -> str:
    lines = [titles, ("---",) * len(titles), *rows]
    return "\n".join(
        "| " + " | ".join(re.sub(r"\|", r"\\|", c) for c in row) + " |" for row in lines
    )


if __name__ == "__main__":
    main()
