"""Our errors as HTTP answers: one shape everywhere, the one of OpenAI's API."""

import math

from avatar_serving.errors import (
    AvatarError,
    EngineLost,
    Forbidden,
    InvalidRequest,
    LimitExceeded,
    NotFound,
    OutOfMemory,
    Overloaded,
    RateLimited,
    StageTimeout,
    Unauthorised,
)

_STATUS: tuple[tuple[type[AvatarError], int], ...] = (
    (Unauthorised, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (LimitExceeded, 413),
    (RateLimited, 429),
    (InvalidRequest, 400),
    (Overloaded, 503),
    (StageTimeout, 504),
    (OutOfMemory, 503),
    (EngineLost, 503),
)


def error_body(error: AvatarError) -> dict[str, dict[str, str | None]]:
    """The one shape of an error, as OpenAI's API writes it."""
    return {
        "error": {
            "type": "server_error" if status_of(error) >= 500 else "invalid_request_error",
            "code": error.code,
            "message": error.message,
            "param": getattr(error, "param", None),
        }
    }


def status_of(error: AvatarError) -> int:
    """HTTP's, for the nearest kind of error that has one; 500 for the others."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def headers_of(error: AvatarError) -> dict[str, str]:
    """When to try again, where that can be said."""
    if not isinstance(error, Overloaded | RateLimited):
        return {}
    return {"Retry-After": str(max(1, math.ceil(error.retry_after_s)))}
