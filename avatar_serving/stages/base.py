"""The one interface of the platform: a request in, a stream of items out."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from typing import Any, ClassVar, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from avatar_serving.media import (
    AnimateRequest,
    ChatDelta,
    ChatRequest,
    Description,
    FaceFrame,
    Glance,
    Image,
    Progress,
    ReconstructRequest,
    RenderRequest,
    Review,
    Speech,
    SpeechRequest,
    StyliseRequest,
    Transcript,
    Utterance,
    VideoFrame,
)

In = TypeVar("In", contravariant=True)
Out = TypeVar("Out", covariant=True)


class Stage(Protocol[In, Out]):
    """A step of a pipeline."""

    def run(self, request: In, /) -> AsyncGenerator[Out, None]:
        """Stream the answer to *request*. Closing the stream stops the work."""
        ...


ReviewStage = Stage[Image, Review]
Vlm = Stage[Image | Glance, Description]
Stylise = Stage[StyliseRequest, Progress | Image]
Reconstruct = Stage[ReconstructRequest, Progress | bytes]
Asr = Stage[Utterance, Transcript]
Llm = Stage[ChatRequest, ChatDelta]
Tts = Stage[SpeechRequest, Speech]
Animate = Stage[AnimateRequest, FaceFrame]
Render = Stage[RenderRequest, VideoFrame]


class StageConfig(BaseModel, ABC):
    """The settings of one engine, and the way to build it. It describes; it never downloads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weights: ClassVar[tuple[str, ...]] = ()
    """Names in the lock file of what the engine needs before it can be built."""

    @abstractmethod
    def build(self) -> Stage[Any, Any]: ...

    def required_weights(self) -> tuple[str, ...]:
        return self.weights
