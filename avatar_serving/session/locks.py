"""What the holder of a client secret may neither change nor read."""

from collections.abc import Mapping
from typing import Any, cast

from avatar_serving.protocol.session_config import SessionConfig

Json = dict[str, Any]
_ALWAYS: Json = {
    "instructions": "",
    "tools": [],
    "tool_choice": "auto",
    "model": "",
    "avatar": {"id": "", "user": ""},
}
"""Whom a browser talks to, and what they know, is not the browser's choice."""


def unlocked(patch: Json, secret: Json) -> Json:
    """A session update without what *secret* names, and without what no browser may change."""
    avatar = secret.get("avatar")
    bound = cast(Json, avatar) if isinstance(avatar, dict) else {}
    return _without(patch, {**_ALWAYS, **secret, "avatar": {**_ALWAYS["avatar"], **bound}})


def shown(config: SessionConfig) -> SessionConfig:
    """The session as a browser may see it: without the instructions and the tools it was given."""
    return config.model_copy(update={"instructions": "", "tools": (), "tool_choice": "auto"})


def _without(patch: Json, fixed: Mapping[str, Any]) -> Json:
    kept: Json = {}
    for name, value in patch.items():
        if name not in fixed:
            kept[name] = value
        elif isinstance(value, dict) and isinstance(fixed[name], dict):
            kept[name] = _without(cast(Json, value), cast(Json, fixed[name]))
    return kept
