"""What the user says in the demo. Their voice is one of the service's own, not the avatar's."""

from dataclasses import dataclass

from avatar_serving.client import Rest, VoiceEntry

NAME = "Ada"
PERSONA = (
    "You are Ada, a cheerful astronaut. You love space and tell people about it in plain words."
)
STATEMENT = "This is a demonstration; I may use this picture of the person it shows."


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    pause_s: float = 0.8
    """Silence before it, after the answer before."""
    interrupts: bool = False
    """Spoken half way through the answer before."""


LINES = (
    Line("Hello! Who are you, and what do you do?"),
    Line("Please tell me all the things that you can see from space."),
    Line("Wait, stop. What is the Moon made of?", interrupts=True),
    Line("Which planet is the largest in our solar system?"),
    Line("Thank you, that was lovely. Goodbye!"),
)
LEAVE_AFTER_S = 2.5
"""How long an answer is heard that will be spoken over."""


def user_voices(voices: tuple[VoiceEntry, ...], avatar_voice: str) -> list[str]:
    """English voices that nobody confuses with the avatar's, men's first."""
    others = [v for v in voices if v.id != avatar_voice and v.language.startswith("en")]
    others.sort(key=lambda v: (v.gender != "male", v.id != "am_michael"))
    return [voice.id for voice in others] or [avatar_voice]


def user_voice(voices: tuple[VoiceEntry, ...], avatar_voice: str) -> str:
    """The first of them."""
    return user_voices(voices, avatar_voice)[0]


def speak_lines(rest: Rest, voice: str) -> list[bytes]:
    """The user's lines as sound, 24 kHz."""
    return [rest.speech(line.text, voice) for line in LINES]
