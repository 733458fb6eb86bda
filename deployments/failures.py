"""Our errors as HTTP answers: one shape everywhere, the one of OpenAI's API."""

from avatar_serving.errors import (
    AvatarError,
    EngineLost,
    InvalidRequest,
    LimitExceeded,
    NotFound,
    OutOfMemory,
    Overloaded,
    StageTimeout,
    Unauthorised,
)

_STATUS: tuple[tuple[type[AvatarError], int], ...] = (
    (Unauthorised, 401),
    (NotFound, 404),
    (LimitExceeded, 413),
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
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
