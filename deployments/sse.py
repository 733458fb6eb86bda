"""Server-sent events: answers that come in parts."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

from fastapi.responses import StreamingResponse

from avatar_serving import logs
from avatar_serving.errors import AvatarError
from deployments.failures import error_body

log = logs.get()


def sse(event: str, data: Any) -> str:
    """One event of a ``text/event-stream``; *data* as JSON."""
    return f"event: {event}\ndata: {json.dumps(data)}\n\n"


def streamed(events: AsyncGenerator[str, None]) -> StreamingResponse:
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


async def ending(
    events: AsyncGenerator[str, None], count: Callable[[str], None]
) -> AsyncGenerator[str, None]:
    """*events*, with an ``error`` at last if they fail. *count* is told how they end: done, or the
    code of the error."""
    try:
        async with aclosing(events) as sent:
            async for event in sent:
                yield event
        count("done")
    except AvatarError as error:
        count(error.code)
        yield sse("error", error_body(error)["error"])
    except Exception as error:
        log.error("a request failed while it was answered", exc_info=error)
        count("internal")
        failure = AvatarError("something went wrong on the server; please try again")
        yield sse("error", error_body(failure)["error"])
