"""Characters: the templates to start from, and those that avatars have."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from avatar_serving.errors import LimitExceeded
from avatar_serving.personas import find_persona, personas
from avatar_serving.rails import Rails, listed_topics
from avatar_serving.safety.names import check_name
from avatar_serving.stages.tts import find_voice
from avatar_serving.store import Character
from deployments.guard import caller_of, own_avatar, require_key, services
from deployments.services import Services

router = APIRouter(tags=["personas"], dependencies=[Depends(require_key)])


class CharacterBody(BaseModel):
    """What of an avatar is to be changed; what is absent stays."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    voice: str | None = None
    persona: str | None = None
    template: str | None = None
    """Its rails become the avatar's, unless ``rails`` is given too; empty: none."""
    greeting: Annotated[str, Field(max_length=400)] | None = None
    rails: Rails | None = None
    speed: Annotated[float, Field(ge=0.5, le=1.5)] | None = None
    pitch: Annotated[float, Field(ge=-6, le=6)] | None = None
    """Semitones above its voice's own."""


@router.get("/v1/personas")
async def list_personas() -> dict[str, Any]:
    """Templates, and the topics that rails can refuse by name."""
    topics = [{"name": topic.name, "about": topic.about} for topic in listed_topics().values()]
    data = [persona.model_dump(mode="json") for persona in personas()]
    return {"object": "list", "data": data, "topics": topics}


@router.patch("/v1/avatars/{avatar_id}")
async def change_avatar(request: Request, avatar_id: str, body: CharacterBody) -> dict[str, Any]:
    """Change who an avatar is. Sessions that are open keep who they began with; so does the
    package, which tells how it was made."""
    held = services(request)
    character = character_of(held, body)
    await asyncio.to_thread(own_avatar, held, caller_of(request), avatar_id)
    row = await asyncio.to_thread(held.store.change_avatar, avatar_id, character)
    return row.public()


def character_of(held: Services, body: CharacterBody) -> Character:
    """Raises:
    NotFound: no such voice or template.
    InvalidRequest: a name that cannot be used.
    LimitExceeded: a text over ``limits.text_chars``.
    """
    maximum = held.profile.limits.text_chars
    if body.persona is not None and len(body.persona) > maximum:
        raise LimitExceeded("limits.text_chars", len(body.persona), maximum)
    rails = body.rails
    if body.template and rails is None:
        rails = find_persona(body.template).rails
    if body.template == "" and rails is None:
        rails = Rails()
    return Character(
        name=None if body.name is None else check_name(body.name),
        voice=find_voice(held.profile.tts, body.voice).id if body.voice else None,
        persona=body.persona,
        template=body.template,
        greeting=body.greeting,
        rails=None if rails is None else rails.model_dump(mode="json", exclude_defaults=True),
        speed=body.speed,
        pitch=body.pitch,
    )
