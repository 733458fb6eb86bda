"""The language model on its own, as OpenAI's API serves it."""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from avatar_serving.errors import AvatarError, LimitExceeded
from avatar_serving.media import ChatDelta, Tokens, ToolCall
from avatar_serving.stages.llm import find_model
from deployments.chat_bodies import ChatBody, call_body, finish_reason, usage_body
from deployments.failures import error_body
from deployments.guard import require_key, services
from deployments.powers import powers
from deployments.services import Services

router = APIRouter(tags=["speech and models"], dependencies=[Depends(require_key)])

Deltas = AsyncGenerator[ChatDelta, None]


@router.post("/v1/chat/completions")
async def chat_completions(request: Request, body: ChatBody) -> Response:
    """Streamed or whole, with tools. The same model and guard rails as in a session."""
    held = services(request)
    _check_length(held, body)
    model = await asyncio.to_thread(find_model, held.profile.llm, body.model)
    chat = body.chat(model.id, held.profile.conversation.answer_tokens)
    deltas = _reserved(held, powers(held, model).llm.run(chat))
    frame = {
        "id": f"chatcmpl-{secrets.token_urlsafe(16)}",
        "created": int(time.time()),
        "model": model.id,
    }
    if not body.stream:
        return JSONResponse(await _whole(deltas, frame))
    # What goes wrong before the first word is an answer with a status of its own.
    first = await anext(deltas)
    events = _events(deltas, first, frame, with_usage=body.stream_options.include_usage)
    return StreamingResponse(events, media_type="text/event-stream")


def _check_length(held: Services, body: ChatBody) -> None:
    maximum = held.profile.limits.text_chars
    for message in body.messages:
        if (length := len(message.message().text)) > maximum:
            raise LimitExceeded("limits.text_chars", length, maximum)


async def _reserved(held: Services, deltas: Deltas) -> Deltas:
    with held.chats.reserve():
        async with aclosing(deltas):
            async for delta in deltas:
                yield delta


async def _whole(deltas: Deltas, frame: dict[str, Any]) -> dict[str, Any]:
    text, calls, cost = "", list[ToolCall](), Tokens(0, 0)
    async with aclosing(deltas):
        async for delta in deltas:
            match delta:
                case str():
                    text += delta
                case ToolCall():
                    calls.append(delta)
                case Tokens():
                    cost = delta
    said = {"role": "assistant", "content": text or None, "refusal": None}
    asked = {"tool_calls": [call_body(call) for call in calls]} if calls else {}
    choice = {
        "index": 0,
        "message": {**said, **asked},
        "logprobs": None,
        "finish_reason": finish_reason(calls, cost),
    }
    body = {**frame, "object": "chat.completion", "choices": [choice]}
    return {**body, "usage": usage_body(cost)}


async def _events(
    deltas: Deltas, first: ChatDelta, frame: dict[str, Any], *, with_usage: bool
) -> AsyncGenerator[str, None]:
    """Server-sent events; an error half way is one of them, and the last."""
    frame = {**frame, "object": "chat.completion.chunk"}
    calls, cost = list[ToolCall](), Tokens(0, 0)

    def chunk(delta: dict[str, Any], finish: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _event({**frame, "choices": [choice]})

    yield chunk({"role": "assistant", "content": ""})
    try:
        async with aclosing(_chained(first, deltas)) as items:
            async for item in items:
                match item:
                    case str():
                        yield chunk({"content": item})
                    case ToolCall():
                        yield chunk({"tool_calls": [{"index": len(calls), **call_body(item)}]})
                        calls.append(item)
                    case Tokens():
                        cost = item
    except AvatarError as error:
        yield _event(error_body(error))
        return
    yield chunk({}, finish_reason(calls, cost))
    if with_usage:
        yield _event({**frame, "choices": [], "usage": usage_body(cost)})
    yield "data: [DONE]\n\n"


async def _chained(first: ChatDelta, deltas: Deltas) -> Deltas:
    async with aclosing(deltas):
        yield first
        async for delta in deltas:
            yield delta


def _event(body: dict[str, Any]) -> str:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"
