"""A model that looks at pictures, behind an OpenAI-compatible URL."""

import base64
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Literal

from avatar_serving.images import encode
from avatar_serving.media import Description, Glance, Image
from avatar_serving.openai_server import OpenAiServer
from avatar_serving.stages.vlm.base import SeeingVlmConfig
from avatar_serving.stages.vlm.seen import Task, read, task_of

if TYPE_CHECKING:
    from openai.types.shared_params import ResponseFormatJSONSchema


class OpenAiVlmConfig(OpenAiServer, SeeingVlmConfig):
    engine: Literal["openai"] = "openai"

    def build(self) -> "OpenAiVlm":
        return OpenAiVlm(self)


class OpenAiVlm:
    def __init__(self, config: OpenAiVlmConfig) -> None:
        self._config = config
        self._client = config.client("vlm")

    async def run(self, request: Image | Glance, /) -> AsyncGenerator[Description, None]:
        with self._config.errors("vlm"):
            answer = await self._answer(task_of(request, self._config))
        yield read(request, answer)

    async def _answer(self, task: Task) -> str:
        from openai import omit

        answer = await self._client.chat.completions.create(
            model=self._config.model,
            messages=[
                {
                    "role": "user",
                    "content": [
                        {"type": "image_url", "image_url": {"url": _data_url(task.image)}},
                        {"type": "text", "text": task.text},
                    ],
                }
            ],
            max_tokens=task.max_tokens,
            temperature=0.0,
            response_format=_format(task) or omit,
        )
        return answer.choices[0].message.content or ""


def _format(task: Task) -> "ResponseFormatJSONSchema | None":
    if task.schema is None:
        return None
    return {"type": "json_schema", "json_schema": {"name": "form", "schema": task.schema}}


def _data_url(image: Image) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(encode(image, 'jpeg')).decode()}"
