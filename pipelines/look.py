"""A picture that somebody shows, put into words for a language model."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from avatar_serving.errors import ImageRejected
from avatar_serving.flow import last
from avatar_serving.images import to_array
from avatar_serving.media import ChatDelta, ChatRequest, Glance, Image
from avatar_serving.stages.base import Llm, Vlm
from avatar_serving.stages.vlm.scene import measured_scene
from avatar_serving.text.languages import language_of

_MEASURED = "You cannot see it; this was measured from it:"
_CANDID = {
    "en": "I can't see pictures, I can only measure them. ",
    "zh": "我看不见图片，只能测量它。",
}


async def look(vlm: Vlm, picture: Image, *, sees: bool) -> str:
    """What is in *picture*. *sees*: the engine is a model that has looked at it; else the words say
    that they are measurements.

    Raises:
        StageFailed, StageTimeout: the engine could not do it.
    """
    try:
        words = (await last(vlm.run(Glance(picture) if sees else picture))).text
    except ImageRejected as error:
        if error.check != "face":
            raise
        words = f"{measured_scene(to_array(picture))}; no face was found in it.".capitalize()
    return words if sees else f"{_MEASURED} {words}"


class Candid:
    """A language model that says so first, when it is shown a picture that was only measured. Small
    models forget to, however they are asked."""

    def __init__(self, llm: Llm) -> None:
        self._llm = llm

    async def run(self, request: ChatRequest, /) -> AsyncGenerator[ChatDelta, None]:
        said = [message.text for message in request.messages if message.role == "user"]
        if said and _MEASURED in said[-1] and request.messages[-1].role != "assistant":
            yield _CANDID[language_of(said[-1].partition("[")[0])]
        async with aclosing(self._llm.run(request)) as deltas:
            async for delta in deltas:
                yield delta
