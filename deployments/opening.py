"""How a session begins: what the address and the secret say, and what the gateway adds."""

import asyncio
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from avatar_serving.errors import InvalidRequest
from avatar_serving.flow import collect
from avatar_serving.media import AnimateRequest, Behaviour
from avatar_serving.protocol.ids import new_id
from avatar_serving.protocol.motion import encode_frames
from avatar_serving.protocol.session_config import SessionConfig, merge
from avatar_serving.rails import Rails
from avatar_serving.session.powers import Identity
from avatar_serving.session.session import Session
from avatar_serving.session.snapshot import SessionSnapshot
from avatar_serving.speech_languages import check_language
from avatar_serving.stages.base import Animate
from avatar_serving.stages.llm import find_model
from avatar_serving.store import ANYBODY, Caller
from deployments.guard import avatar_for
from deployments.powers import NO_RAILS, languages, powers
from deployments.services import Services

_CLIPS_S: dict[Behaviour, float] = {"idle": 12.0, "listening": 9.0, "thinking": 6.0}
_HELLO = "Hello! I'm {name}. What shall we talk about?"
_SHORTEST_S, _LONGEST_S, _DEFAULT_S = 10, 7200, 600

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Opening:
    """What a client asked for when it connected."""

    session_id: str
    avatar_id: str | None
    animated: bool
    locked: Json | None
    """The session that a client secret stands for."""
    model: str = ""
    """The language model that was asked for; empty: the profile's default."""
    resumable: bool = False
    """The client wants to come back to the session if its connection is lost."""
    greeted: bool = False
    """The avatar speaks first."""
    patient: bool = False
    """The client would rather wait for a place than be refused."""
    caller: Caller = ANYBODY

    @classmethod
    def of(cls, query: dict[str, str], locked: Json | None, caller: Caller = ANYBODY) -> "Opening":
        """Raises:
        InvalidRequest: an animation that does not exist.
        """
        animation = query.get("animation")
        if animation not in (None, "", "none", "arkit52"):
            raise InvalidRequest(f"animation {animation!r}: there is only arkit52", "animation")
        bound = (locked or {}).get("avatar")
        fixed = cast(Json, bound).get("id") if isinstance(bound, dict) else None
        model = (locked or {}).get("model")
        return cls(
            new_id("sess"),
            fixed or query.get("avatar") or None,
            animation == "arkit52",
            locked,
            model if isinstance(model, str) else query.get("model", ""),
            query.get("resume") in ("1", "true"),
            query.get("greet") in ("1", "true"),
            query.get("queue") in ("1", "true"),
            caller,
        )


async def open_session(
    held: Services, opening: Opening, send: Callable[[str], Awaitable[None]]
) -> Session:
    """Raises:
    NotFound: no such avatar, or language model.
    LanguageUnavailable: the profile has no engines for the language.
    """
    identity, rails = await asyncio.to_thread(_identity, held, opening)
    model = find_model(held.profile.llm, opening.model, identity.template)
    config = SessionConfig(id=opening.session_id, model=model.id)
    own = {"audio": {"output": {"speed": identity.speed}}, "avatar": {"pitch": identity.pitch}}
    config = merge(config, cast(Json, own))
    if opening.locked:
        config = merge(config, opening.locked)
    config = merge(config, {"avatar": {"id": identity.avatar_id}})
    check_language(config.language, languages(held))
    able = powers(held, model, rails, identity.owner)
    return Session(able, identity, config, send, secret=opening.locked)


async def reopen_session(
    held: Services, kept: SessionSnapshot, send: Callable[[str], Awaitable[None]]
) -> Session:
    """The session that another gateway has *kept*.

    Raises:
        NotFound: its avatar was deleted meanwhile, or this gateway has no such language model.
    """
    avatar_id, rails = kept.identity.avatar_id, NO_RAILS
    if avatar_id is not None:
        row = await asyncio.to_thread(held.store.avatar, avatar_id)
        rails = Rails.model_validate(row.rails)
    model = find_model(held.profile.llm, kept.config.model)
    return Session.restore(powers(held, model, rails, kept.identity.owner), kept, send)


def with_secret(held: Services, body: Json, caller: Caller) -> Json:
    """Answer ``POST /v1/realtime/client_secrets``.

    Raises:
        InvalidRequest: a lifetime out of 10..7200 s, or a session that cannot be.
    """
    lifetime = body.get("expires_after") or {}
    if not isinstance(lifetime, dict):
        raise InvalidRequest("expires_after: an object with seconds", "expires_after")
    seconds = cast(Json, lifetime).get("seconds", _DEFAULT_S)
    if not isinstance(seconds, int) or not _SHORTEST_S <= seconds <= _LONGEST_S:
        raise InvalidRequest("expires_after.seconds: 10 to 7200", "expires_after.seconds")
    patch = body.get("session") or {}
    if not isinstance(patch, dict):
        raise InvalidRequest("session: an object", "session")
    model = find_model(held.profile.llm, str(cast(Json, patch).get("model") or ""))
    config = merge(SessionConfig(model=model.id), cast(Json, patch))
    check_language(config.language, languages(held))
    secret, expires_at = held.store.create_secret(seconds, cast(Json, patch), caller)
    return {"value": secret, "expires_at": expires_at, "session": config.model_dump(mode="json")}


async def make_clips(animate: Animate) -> tuple[tuple[Behaviour, str], ...]:
    """What an avatar does while it does not speak: made once, repeated by every client."""
    return tuple(
        [
            (behaviour, encode_frames(await collect(animate.run(_loop(behaviour, seconds)))))
            for behaviour, seconds in _CLIPS_S.items()
        ]
    )


def _loop(behaviour: Behaviour, seconds: float) -> AnimateRequest:
    return AnimateRequest(seconds, behaviour=behaviour, seed=7, loop=True)


def _identity(held: Services, opening: Opening) -> tuple[Identity, Rails]:
    if opening.avatar_id is None:
        hello = _HELLO.format(name="Ada") if opening.greeted else ""
        voice = held.profile.voice
        owner = opening.caller.owner
        ada = Identity(None, "Ada", "", "", voice, opening.animated, greeting=hello, owner=owner)
        return ada, NO_RAILS
    row = avatar_for(held, opening.caller, opening.avatar_id)
    identity = Identity(
        avatar_id=row.id,
        name=row.name,
        persona=row.persona,
        description=row.description,
        voice=row.voice or held.profile.voice,
        animated=opening.animated,
        seed=zlib.crc32(row.id.encode()),
        greeting=(row.greeting or _HELLO.format(name=row.name)) if opening.greeted else "",
        speed=row.speed,
        pitch=row.pitch,
        owner=opening.caller.owner,
        template=row.template,
    )
    return identity, Rails.model_validate(row.rails)
