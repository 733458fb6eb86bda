"""A picture that somebody shows, put into words for a language model."""

from avatar_serving.errors import ImageRejected
from avatar_serving.flow import last
from avatar_serving.images import to_array
from avatar_serving.media import Image
from avatar_serving.stages.base import Vlm
from avatar_serving.stages.vlm.scene import measured_scene

_MEASURED = (
    "You cannot see it. A program has only measured it: {words} "
    "Speak of it as measured, and say that you cannot see it."
)


async def look(vlm: Vlm, picture: Image, *, sees: bool) -> str:
    """What is in *picture*. *sees*: the engine is a model that has looked at it; else the words say
    that they are measurements.

    Raises:
        StageFailed, StageTimeout: the engine could not do it.
    """
    try:
        words = (await last(vlm.run(picture))).text
    except ImageRejected as error:
        if error.check != "face":
            raise
        words = f"{measured_scene(to_array(picture))}; no face was found in it.".capitalize()
    return words if sees else _MEASURED.format(words=words)
