"""Conversation items: messages, function calls and their results."""

from typing import Annotated, Literal, cast

from pydantic import BeforeValidator, Discriminator, Field, Tag

from avatar_serving.protocol.base import Id, Json, Part, absent

Status = Literal["completed", "incomplete", "in_progress"]


class InputText(Part):
    type: Literal["input_text"] = "input_text"
    text: str


class InputAudio(Part):
    type: Literal["input_audio"] = "input_audio"
    transcript: str | None = None
    audio: str | None = Field(default=None, exclude_if=absent)
    """Base64, in the session's input format."""


class InputImage(Part):
    """A picture that the user shows. Its data is not kept, nor sent back."""

    type: Literal["input_image"] = "input_image"
    image_url: str | None = Field(default=None, exclude_if=absent)
    """``data:image/...;base64,...``; nothing is fetched."""
    detail: Literal["auto", "low", "high"] = "auto"
    description: str | None = Field(default=None, exclude_if=absent)
    """Ours: what the language model is told of it."""


class OutputText(Part):
    type: Literal["output_text"] = "output_text"
    text: str = ""


class OutputAudio(Part):
    type: Literal["output_audio"] = "output_audio"
    transcript: str = ""
    audio: str | None = Field(default=None, exclude_if=absent)


def _without_nulls(value: object) -> object:
    """Some clients write every field of an item, null where there is nothing."""
    if not isinstance(value, dict):
        return value
    return {name: field for name, field in cast(Json, value).items() if field is not None}


class _Item(Part):
    id: Id | None = None
    object: Literal["realtime.item"] = "realtime.item"
    status: Status = "completed"


UserContent = Annotated[InputText | InputAudio | InputImage, Field(discriminator="type")]
AssistantContent = Annotated[OutputText | OutputAudio, Field(discriminator="type")]


class SystemMessage(_Item):
    type: Literal["message"] = "message"
    role: Literal["system"] = "system"
    content: tuple[InputText, ...]


class UserMessage(_Item):
    type: Literal["message"] = "message"
    role: Literal["user"] = "user"
    content: tuple[UserContent, ...]


class AssistantMessage(_Item):
    type: Literal["message"] = "message"
    role: Literal["assistant"] = "assistant"
    content: tuple[AssistantContent, ...]


class FunctionCall(_Item):
    type: Literal["function_call"] = "function_call"
    name: str
    arguments: str
    call_id: str | None = None


class FunctionCallOutput(_Item):
    type: Literal["function_call_output"] = "function_call_output"
    call_id: str
    output: str


class ItemReference(Part):
    """In ``response.create``: an item that the conversation has already."""

    type: Literal["item_reference"] = "item_reference"
    id: Id


def _kind(value: object) -> str:
    """What tells items apart: a message's role, everything else's type."""
    if isinstance(value, dict):
        kind, role = value.get("type"), value.get("role")
    else:
        kind, role = getattr(value, "type", None), getattr(value, "role", None)
    return str(role) if kind == "message" else str(kind)


_CHOICE = Discriminator(
    _kind,
    custom_error_type="item",
    custom_error_message=(
        "must be a function_call, a function_call_output, or a message whose role is "
        "system, user or assistant"
    ),
)
_OLD_CONTENT = {
    "user": {"text": "input_text", "audio": "input_audio"},
    "system": {"text": "input_text"},
    "assistant": {"text": "output_text", "audio": "output_audio"},
}


def _renamed(item: object) -> object:
    """Content types under the names that clients of the earlier API still use in GA sessions."""
    if not isinstance(item, dict):
        return item
    given = cast(Json, item)
    names, content = _OLD_CONTENT.get(str(given.get("role"))), given.get("content")
    if names is None or not isinstance(content, list):
        return given
    parts = [
        {**part, "type": names.get(str(part.get("type")), part.get("type"))}
        if isinstance(part, dict)
        else part
        for part in content
    ]
    return {**given, "content": parts}


_Known = (
    Annotated[SystemMessage, Tag("system")]
    | Annotated[UserMessage, Tag("user")]
    | Annotated[AssistantMessage, Tag("assistant")]
    | Annotated[FunctionCall, Tag("function_call")]
    | Annotated[FunctionCallOutput, Tag("function_call_output")]
)
Item = Annotated[_Known, _CHOICE, BeforeValidator(_renamed), BeforeValidator(_without_nulls)]
ItemOrReference = Annotated[
    _Known | Annotated[ItemReference, Tag("item_reference")],
    _CHOICE,
    BeforeValidator(_renamed),
    BeforeValidator(_without_nulls),
]


def text_of(item: Item) -> str:
    """What an item says, as text."""
    match item:
        case FunctionCallOutput(output=output):
            return output
        case FunctionCall(arguments=arguments):
            return arguments
        case _:
            return " ".join(filter(None, (_part_text(part) for part in item.content)))


def _part_text(part: InputText | InputAudio | InputImage | OutputText | OutputAudio) -> str:
    if isinstance(part, InputImage):
        return f"[The user shows a picture. {part.description}]" if part.description else ""
    if isinstance(part, InputText | OutputText):
        return part.text
    return part.transcript or ""
