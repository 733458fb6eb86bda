"""Write the chart's values.schema.json from the models: ``python -m scripts.chart_schema``."""

import json
from pathlib import Path
from typing import Any

from avatar_serving.metrics import voice_to_voice
from scripts.chart_values import ChartValues, profile_schema

FILE = Path(__file__).parents[1] / "charts" / "avatar-serving" / "values.schema.json"
_OPENAPI = {"discriminator", "title"}
"""What pydantic adds and JSON Schema does not know, or nobody reads."""


def main() -> None:
    FILE.write_text(written())


def written() -> str:
    return json.dumps(schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def schema() -> dict[str, Any]:
    values, profile = ChartValues.model_json_schema(), profile_schema()
    inner = {f"profile.{name}": part for name, part in profile.pop("$defs").items()}
    values["properties"]["profile"] = profile
    values["$defs"] = {**values["$defs"], **inner}
    slo = values["$defs"]["Slo"]["properties"]
    slo["voiceToVoiceSeconds"] = {"enum": buckets()}
    profiled = {"profile": profile, **inner}
    for part in profiled.values():
        _point_to_profile(part)
    values["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    values["title"] = "Values of the chart avatar-serving"
    return _plain(values)


def buckets() -> list[float]:
    """Upper bounds by which answers are counted: a target elsewhere could not be measured."""
    bounds: list[float] = vars(voice_to_voice)["_upper_bounds"]
    return [bound for bound in bounds if bound != float("inf")]


def _point_to_profile(part: Any) -> None:
    """Give the profile's definitions a name of their own: both trees have a Store or a Session."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "$ref":
                part[key] = value.replace("#/$defs/", "#/$defs/profile.")
            else:
                _point_to_profile(value)
    elif isinstance(part, list):
        for one in part:
            _point_to_profile(one)


def _plain(part: Any, names: bool = False) -> Any:
    """Without OpenAPI's additions; *names*: keys are names of options, not keywords."""
    if isinstance(part, dict):
        return {
            key: _plain(value, names=key in ("properties", "$defs"))
            for key, value in part.items()
            if names or key not in _OPENAPI or part is None
        }
    return [_plain(one) for one in part] if isinstance(part, list) else part


if __name__ == "__main__":
    main()
