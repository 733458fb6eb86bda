"""Conversation items: messages, function calls and their results."""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from avatar_serving.protocol.base import Part

Status = Literal["in_progress", "completed", "incomplete"]


class InputText(Part):
    type: Literal["input_text"] = "input_text"
    text: str


class InputAudio(Part):
    type: Literal["input_audio"] = "input_audio"
    audio: str | None = None
    transcript: str | None = None


class OutputText(Part):
    type: Literal["output_text"] = "output_text"
    text: str = ""


class OutputAudio(Part):
    type: Literal["output_audio"] = "output_audio"
    transcript: str = ""


class _Item(Part):
    id: str | None = None
    object: Literal["realtime.item"] = "realtime.item"
    status: Status = "completed"


class SystemMessage(_Item):
    type: Literal["message"] = "message"
    role: Literal["system"] = "system"
    content: tuple[InputText, ...]


class UserMessage(_Item):
    type: Literal["message"] = "message"
    role: Literal["user"] = "user"
    content: tuple[Annotated[InputText | InputAudio, Field(discriminator="type")], ...]

    @field_validator("content", mode="before")
    @classmethod
    def _without_images(cls, content: Any) -> Any:
        """Pictures are for profiles with a vision model; here they are left out of the talk."""
        if isinstance(content, (list, tuple)):
            return [p for p in content if not (isinstance(p, dict) and p.get("type") == "input_image")]
        return content


class AssistantMessage(_Item):
    type: Literal["message"] = "message"
    role: Literal["assistant"] = "assistant"
    content: tuple[Annotated[OutputText | OutputAudio, Field(discriminator="type")], ...]


class FunctionCall(_Item):
    type: Literal["function_call"] = "function_call"
    name: str
    arguments: str
    call_id: str | None = None


class FunctionCallOutput(_Item):
    type: Literal["function_call_output"] = "function_call_output"
    call_id: str
    output: str


Message = Annotated[
    SystemMessage | UserMessage | AssistantMessage, Field(discriminator="role")
]
Item = Annotated[Message | FunctionCall | FunctionCallOutput, Field(union_mode="left_to_right")]


def text_of(item: Item) -> str:
    """What an item says, as text."""
    match item:
        case FunctionCallOutput(output=output):
            return output
        case FunctionCall(arguments=arguments):
            return arguments
        case _:
            return " ".join(filter(None, (_part_text(part) for part in item.content)))


def _part_text(part: InputText | InputAudio | OutputText | OutputAudio) -> str:
    if isinstance(part, (InputText, OutputText)):
        return part.text
    return part.transcript or ""
