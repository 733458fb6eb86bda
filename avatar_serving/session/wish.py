"""What one response is asked to be."""

from dataclasses import dataclass

from avatar_serving.protocol.client import ResponseOptions
from avatar_serving.protocol.items import Item, ItemReference
from avatar_serving.protocol.session_config import AudioFormat, FunctionTool, ToolChoice
from avatar_serving.session.conversation import Conversation


@dataclass(frozen=True, slots=True)
class Wish:
    """None: as the session says."""

    instructions: str | None = None
    spoken: bool | None = None
    max_tokens: int | None = None
    input: tuple[Item, ...] | None = None
    """What the model is told instead of the conversation."""
    remembered: bool = True
    """False: out of band, beside the conversation."""
    voice: str | None = None
    format: AudioFormat | None = None
    tools: tuple[FunctionTool, ...] | None = None
    tool_choice: ToolChoice | None = None
    metadata: dict[str, str] | None = None
    nudge: str = ""
    """Said to the model after all else, and to nobody besides."""
    begun: str = ""
    """The answer so far, which was cut off: the model goes on from there."""
    text: str = ""
    """Spoken as it stands. As the end of what was begun it comes first; else no model is asked."""


def wish_of(options: ResponseOptions, conversation: Conversation, *, locked: bool) -> Wish:
    """Read ``response.create``. *locked*: instructions, tools and voice are not the client's.

    Raises:
        WrongState: its input names an item that does not exist.
    """
    modalities, tokens = options.output_modalities, options.max_output_tokens
    output = options.audio.output if options.audio else None
    return Wish(
        instructions=None if locked else options.instructions,
        spoken=None if not modalities else "audio" in modalities,
        max_tokens=tokens if isinstance(tokens, int) else None,
        input=None if options.input is None else _told(options.input, conversation),
        remembered=options.conversation != "none",
        voice=None if locked or output is None else output.voice,
        format=None if output is None else output.format,
        tools=None if locked else options.tools,
        tool_choice=None if locked else options.tool_choice,
        metadata=options.metadata,
    )


def _told(given: tuple[Item | ItemReference, ...], conversation: Conversation) -> tuple[Item, ...]:
    return tuple(
        conversation.retrieve(item.id) if isinstance(item, ItemReference) else item
        for item in given
    )
