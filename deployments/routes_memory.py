"""What avatars remember of users: shown, written, corrected, deleted. See docs/memory.md."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from avatar_serving.memory import Fact, checked, facts_in
from avatar_serving.memory.facts import LONGEST_SLOT_CHARS
from avatar_serving.store.memories import Memories
from deployments.guard import avatar_for, caller_of, require_key, services

router = APIRouter(tags=["memory"], dependencies=[Depends(require_key)])

User = Annotated[str, Query(min_length=1, max_length=128)]
Avatar = Annotated[str | None, Query(max_length=64)]


class Changed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=2000)


class Written(Changed):
    user: str = Field(min_length=1, max_length=128)
    avatar: str = Field(default="", max_length=64)


@router.get("/v1/memories")
async def memories(request: Request, user: User, avatar: Avatar = None) -> dict[str, Any]:
    """What is known of a user, oldest first; without *avatar*: what all of them know."""
    rows = await asyncio.to_thread(_memories(request).of, user, avatar)
    return {"object": "list", "data": [row.public() for row in rows]}


@router.post("/v1/memories", status_code=201)
async def write(request: Request, body: Written) -> dict[str, Any]:
    """Let a user write down what an avatar is to know of them."""
    held, text = services(request), checked(body.text)
    if body.avatar:
        await asyncio.to_thread(avatar_for, held, caller_of(request), body.avatar)
    fact = _as_said(text)
    learn = _memories(request).learn
    rows = await asyncio.to_thread(learn, body.user, body.avatar, [fact], "written")
    return rows[0].public()


@router.patch("/v1/memories/{memory_id}")
async def change(request: Request, memory_id: str, user: User, body: Changed) -> dict[str, Any]:
    """Correct a fact."""
    text, memories = checked(body.text), _memories(request)
    return (await asyncio.to_thread(memories.change, memory_id, user, text)).public()


@router.delete("/v1/memories/{memory_id}")
async def forget(request: Request, memory_id: str, user: User) -> dict[str, Any]:
    """Forget one fact, for good."""
    await asyncio.to_thread(_memories(request).forget, memory_id, user)
    return {"object": "memory", "id": memory_id, "deleted": True}


@router.delete("/v1/memories")
async def forget_all(request: Request, user: User, avatar: Avatar = None) -> dict[str, Any]:
    """Forget everything that one avatar knows of a user; without *avatar*: that any does."""
    count = await asyncio.to_thread(_memories(request).forget_user, user, avatar)
    return {"object": "list", "deleted": count}


def _memories(request: Request) -> Memories:
    """Those of the caller's users."""
    return services(request).memories.within(caller_of(request).owner)


def _as_said(text: str) -> Fact:
    """A note that tells one of the things people say of themselves replaces what was known of it:
    "My name is Ann" in place of another name."""
    told = facts_in(text)
    if len(told) == 1:
        return told[0]
    return Fact(f"note {text.casefold()}"[:LONGEST_SLOT_CHARS], text)
