"""A replica dies over a request: what the caller gets, and what another replica is asked."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from ray.exceptions import RayActorError
from ray.serve.exceptions import BackPressureError

from avatar_serving import lateness
from avatar_serving.errors import EngineLost, Overloaded
from avatar_serving.flow import collect
from avatar_serving.media import ChatRequest, Message, SpeechRequest, Tokens, ToolCall
from avatar_serving.stages.llm import EchoConfig
from deployments import stage
from deployments.stage import RemoteStage


class Handle:
    """Replicas that die one after the other, each after so many items; the next one lives."""

    def __init__(self, *dies_after: int) -> None:
        self.asked: list[Any] = []
        self._dies_after = list(dies_after)
        self._echo = EchoConfig().build()
        self.run = self

    def options(self, **_: object) -> "Handle":
        return self

    def remote(self, request: Any, *_: object) -> "Handle":
        self.asked.append(request)
        return self

    def cancel(self) -> None:
        pass

    async def __aiter__(self) -> AsyncGenerator[Any, None]:
        left = self._dies_after.pop(0) if self._dies_after else 1000
        async for item in self._items():
            if not left:
                raise RayActorError()
            left -= 1
            yield item
        if self._dies_after:
            raise RayActorError()

    async def _items(self) -> AsyncGenerator[Any, None]:
        request = self.asked[-1]
        if isinstance(request, ChatRequest):
            async for item in self._echo.run(request):
                yield item
        else:
            yield "sound"
            yield "more"


def remote(handle: Handle, name: str = "llm") -> RemoteStage[Any, Any]:
    untyped: Any = handle
    return RemoteStage[Any, Any](name, untyped)


CHAT = ChatRequest((Message("user", "one two three four five"),), max_tokens=9)
SPEECH = SpeechRequest("Hello.", "hibari")


async def words(handle: Handle, request: ChatRequest = CHAT) -> str:
    items = await collect(remote(handle).run(request))
    return "".join(item for item in items if isinstance(item, str))


@pytest.mark.parametrize("after", range(6))
async def test_an_answer_is_written_to_its_end_by_another_replica(after: int) -> None:
    handle = Handle(after)
    assert await words(handle) == "one two three four five"
    assert len(handle.asked) == 2
    if after:
        rest = handle.asked[1]
        begun = " ".join("one two three four five".split()[:after])
        assert rest.messages == (*CHAT.messages, Message("assistant", begun))
        assert rest.goes_on and rest.tool_choice == "none" and rest.max_tokens == 9 - after


async def test_an_answer_that_goes_on_already_goes_on_once_more() -> None:
    begun = (*CHAT.messages, Message("assistant", "one two"))
    handle = Handle(2)
    assert await words(handle, ChatRequest(begun, goes_on=True)) == " three four five"
    assert handle.asked[1].messages[-1] == Message("assistant", "one two three four")


async def test_only_one_other_is_asked() -> None:
    with pytest.raises(EngineLost):
        await words(Handle(2, 1))
    with pytest.raises(EngineLost):
        await words(Handle(0, 0))


async def test_sound_that_has_begun_is_not_begun_again() -> None:
    assert await collect(remote(Handle(0)).run(SPEECH)) == ["sound", "more"]
    with pytest.raises(EngineLost):
        await collect(remote(Handle(1)).run(SPEECH))


class Full(Handle):
    """Queues without room, so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self._times = times

    async def __aiter__(self) -> AsyncGenerator[Any, None]:
        if len(self.asked) <= self._times:
            raise BackPressureError(16, 16)
        yield "sound"


async def test_a_request_without_room_is_offered_again_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stage, "_ASK_AGAIN_S", 0.0)
    assert await collect(remote(Full(3)).run(SPEECH)) == ["sound"]
    monkeypatch.setattr(stage, "_ROOM_S", 0.05)
    with pytest.raises(Overloaded, match="no free replica"):
        await collect(remote(Full(1_000_000)).run(SPEECH))


async def test_a_rest_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoOther(Handle):
        async def __aiter__(self) -> AsyncGenerator[Any, None]:
            if len(self.asked) == 1:
                yield "one"
                raise RayActorError()
            await asyncio.sleep(60)

    monkeypatch.setattr(stage, "_GO_ON_S", 0.05)
    with pytest.raises(EngineLost):
        await words(NoOther())


async def test_a_stage_that_was_too_slow_itself_is_not_a_lost_replica() -> None:
    class Slow(Handle):
        async def __aiter__(self) -> AsyncGenerator[Any, None]:
            yield "one"
            raise TimeoutError

    handle = Slow()
    with pytest.raises(TimeoutError):
        await words(handle)
    assert len(handle.asked) == 1


def test_what_has_a_form_is_not_gone_on_with() -> None:
    assert ChatRequest(CHAT.messages, schema="{}").behind(["{"]) is None
    assert ChatRequest(CHAT.messages, choices=("yes",)).behind(["y"]) is None
    assert CHAT.behind(["Let me see.", ToolCall("call_1", "look", "{}")]) is None
    assert CHAT.behind(["All said.", Tokens(3, 2)]) is None


class Slow(Handle):
    """Replicas that take their time before they answer, or die."""

    def __init__(self, *dies_after: int, begins_s: float = 0.0) -> None:
        super().__init__(*dies_after)
        self.begins_s = begins_s

    async def _items(self) -> AsyncGenerator[Any, None]:
        await asyncio.sleep(self.begins_s)
        async for item in super()._items():
            yield item


async def lateness_of(llm: RemoteStage[Any, Any]) -> list[bool]:
    told = list[bool]()
    with lateness.told_to(told.append):
        await collect(llm.run(CHAT))
    return told


async def test_who_waits_is_told_of_a_loss_at_once_and_when_the_answer_goes_on() -> None:
    llm = remote(Handle(2))
    assert await lateness_of(llm) == [False, True, False]
    assert await lateness_of(llm) == [False], "one that answered is there"


async def test_who_waits_long_is_told_whatever_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "_LATE_S", 0.01)
    assert await lateness_of(remote(Slow(begins_s=0.05))) == [True, False]


async def test_speech_does_without_a_face_that_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "_SPARED_S", 0.01)
    assert await collect(remote(Handle(1), "animate").run(SPEECH)) == ["sound"]
    handle = Slow(0, begins_s=0.05)
    face = remote(handle, "animate")
    assert await collect(face.run(SPEECH)) == [], "the new one is not waited for"
    monkeypatch.setattr(stage, "_SPARED_FOR_S", 0.0)
    assert await collect(face.run(SPEECH)) == ["sound", "more"], "a slow one comes back, too"
