"""Characters to start from: who an avatar is, how it greets, what it does not talk about."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from avatar_serving.errors import NotFound
from avatar_serving.rails import Rails

_FOLDER = Path(__file__).parent

Tongue = Literal["en", "zh"]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
InEach = dict[Tongue, Text]
"""The same in every language that templates are written in."""


class Persona(BaseModel):
    """A template. Its texts are copied into an avatar, where they can be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z_]+$")
    name: InEach
    """As shown to people."""
    about: InEach
    """What it is for, in a sentence."""
    persona: InEach
    """What the language model is told about itself."""
    greeting: InEach
    """What it says first, where the client wants to be greeted."""
    voice_tags: tuple[str, ...] = ()
    """Tags of voices that suit it, the best first."""
    rails: Rails = Rails()
    """Added to those of the profile."""


@cache
def personas() -> tuple[Persona, ...]:
    """Every template, by name of its file."""
    files = sorted(_FOLDER.glob("*.yaml"))
    return tuple(Persona.model_validate(yaml.safe_load(file.read_text())) for file in files)


def find_persona(persona_id: str) -> Persona:
    """Raises:
    NotFound: no such template.
    """
    for persona in personas():
        if persona.id == persona_id:
            return persona
    raise NotFound("persona", persona_id)


__all__ = ["Persona", "Rails", "find_persona", "personas"]
