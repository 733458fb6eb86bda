"""Structured logs: a fixed message with fields, one JSON object a line (or colours on a terminal).

What people say never goes into a message. If a field must hold it, its key starts with ``pii.``,
and such fields are dropped unless AVATAR_LOG_PII is ``on``.
"""

import logging
import os
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog


def _without_pii(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value for key, value in event.items() if not key.startswith("pii.")}


def configure(level: str = "INFO") -> None:
    """One JSON object a line on stderr, words and colours on a terminal. Call it once, first."""
    # Ray Serve puts a log file of its own in the place of sys.stderr.
    stream = sys.__stderr__ or sys.stderr
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    if os.environ.get("AVATAR_LOG_PII") != "on":
        processors.append(_without_pii)
    if stream.isatty():
        processors.append(structlog.dev.ConsoleRenderer())
    else:
        processors.append(structlog.processors.JSONRenderer())
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(stream),
    )


def get() -> Any:
    """A logger: a fixed message, and fields by name."""
    return structlog.get_logger()
