"""A small engine in the gateway that stands in while no replica of a placed stage runs."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any, Generic, TypeVar

from avatar_serving import logs, metrics
from avatar_serving.config import Profile, StageName
from avatar_serving.errors import AvatarError, EngineLost
from avatar_serving.stages.base import Stage
from avatar_serving.stages.tts.likeness import InLikeVoice

In = TypeVar("In")
Out = TypeVar("Out")

_ASK_S = 0.5
"""How long an answer may take to begin before Serve is asked whether a replica runs at all. It
notices by then that one was killed."""
log = logs.get()


class StandIn(Generic[In, Out]):
    """A stage served elsewhere, and another engine for while it is away.

    Only replicas that are gone are stood in for: not those that are slow or full, nor those that
    have never been there.
    """

    def __init__(
        self,
        name: str,
        remote: Stage[In, Out],
        engine: str,
        standby: Stage[In, Out],
        runs: Callable[[], bool],
    ) -> None:
        """*engine*: what *standby* is called; *runs*: whether a replica does, a call that
        blocks."""
        self._name, self._engine = name, engine
        self._remote, self._standby, self._runs = remote, standby, runs
        self._met = False
        self._looking: asyncio.Task[None] | None = None
        """For a replica, as long as there is none."""

    @property
    def _away(self) -> bool:
        return self._looking is not None and not self._looking.done()

    async def run(self, request: In, /) -> AsyncGenerator[Out, None]:
        """Raises:
        EngineLost: what died had begun to answer.
        """
        if not self._away:
            async with aclosing(self._remote.run(request)) as items:
                first = asyncio.ensure_future(anext(items, None))
                try:
                    if await self._comes(first):
                        item = await first
                        while item is not None:
                            yield item
                            item = await anext(items, None)
                        return
                finally:
                    first.cancel()
                    await asyncio.wait({first})
        async with aclosing(self._instead(request)) as items:
            async for item in items:
                yield item

    async def _comes(self, first: asyncio.Future[Out | None]) -> bool:
        """Whether a replica answers."""
        while not (await asyncio.wait({first}, timeout=_ASK_S))[0]:
            if self._met and not await asyncio.to_thread(self._runs):
                break
        there = first.done() and not (self._met and isinstance(first.exception(), EngineLost))
        self._met = self._met or there
        if not there and not self._away:
            log.warning("no replica runs", stage=self._name, stands_in=self._engine)
            self._looking = asyncio.create_task(self._until_back())
        return there

    async def _until_back(self) -> None:
        while not await asyncio.to_thread(self._runs):  # noqa: ASYNC110
            await asyncio.sleep(_ASK_S)
        log.info("a replica runs again", stage=self._name)

    async def _instead(self, request: In) -> AsyncGenerator[Out, None]:
        """What the other engine cannot do, such as a language, waits for a replica."""
        metrics.stood_in.labels(self._name, self._engine).inc()
        begun = False
        try:
            async with aclosing(self._standby.run(request)) as items:
                async for item in items:
                    begun = True
                    yield item
            return
        except AvatarError as error:
            if begun:
                raise
            log.warning("cannot stand in", stage=self._name, engine=self._engine, code=error.code)
        async with aclosing(self._remote.run(request)) as items:
            async for item in items:
                yield item


def build_standby(profile: Profile) -> dict[StageName, Stage[Any, Any]]:
    """The engines that the profile has in the gateway for stages that are placed."""
    built: dict[StageName, Stage[Any, Any]] = {}
    for name, config in profile.standby.engines().items():
        with metrics.loads(name, "build"):
            built[name] = config.build()
    if profile.standby.tts is not None:
        its, asked = profile.standby.tts.voices(), profile.tts.voices()
        built["tts"] = InLikeVoice(built["tts"], its, asked)
    return built
