"""What a session is given: engines, limits, and who the avatar is."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

from avatar_serving.config import Conversation as Habits
from avatar_serving.config import Memory
from avatar_serving.detectors.end_of_turn import EndOfTurn
from avatar_serving.detectors.vad import VadModel
from avatar_serving.limits import Limits
from avatar_serving.media import Behaviour, ChatRequest, Image, Manner, Spoken, Tokens, ToolCall
from avatar_serving.stages.base import Asr, Llm
from avatar_serving.stages.tts import Voice
from avatar_serving.store.memories import Memories

Speak = Callable[
    [ChatRequest, Manner, Callable[[str], None], Callable[[Tokens], None]],
    AsyncGenerator[Spoken | ToolCall, None],
]
"""Speak the answer to a chat. The third argument is told the name of each step as it is reached,
the last what the language model has cost."""
Say = Callable[[str, Manner], AsyncGenerator[Spoken, None]]
"""Speak a text as it stands."""


@dataclass(frozen=True, slots=True)
class Powers:
    """The same for all sessions of a gateway."""

    asr: Asr
    llm: Llm
    reader: Llm
    """The same model, for reading ahead: nobody waits for it, so nothing of it is measured."""
    speak: Speak
    say: Say
    vad: VadModel
    end_of_turn: EndOfTurn
    find_voice: Callable[[str], Voice]
    """Raises NotFound."""
    clips: tuple[tuple[Behaviour, str], ...]
    """Encoded motion of waiting, listening and thinking, that clients repeat."""
    limits: Limits
    habits: Habits
    model: str
    look: Callable[[Image], Awaitable[str]] | None = None
    """Put a picture into words, for a language model; None: the service cannot."""
    languages: tuple[str, ...] = ("en", "zh")
    """Those that can be understood and spoken."""
    memory: Memory = Memory()
    memories: Memories | None = None
    """None: nothing is remembered of anybody."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom this session's user talks to."""

    avatar_id: str | None
    name: str
    persona: str
    description: str
    voice: str
    animated: bool
    """The client asked for the avatar's motion."""
    seed: int = 0
    greeting: str = ""
    """Said when the session begins."""
    speed: float = 1.0
    pitch: float = 0.0
    """Semitones above the voice's own."""
    owner: str = ""
    """Whose user it is."""
    template: str = ""
    """Id of the persona template that it was made of."""
