"""How a language model is asked to write a description from measured facts."""

from avatar_serving.media import Description, Message

INSTRUCTIONS = (
    "You describe portraits. Write one natural English sentence that uses all the facts given, and "
    "nothing else: add no detail, no judgement and no name. Answer with the sentence only."
)
_TRANSLATE = (
    "Translate the user's description of a portrait into Chinese. Answer with the translation only."
)

_OF_THE_PICTURE = "framing"
"""A fact that small models tell of the person: 'and framing half-length portraits'."""


def describe_prompt(description: Description) -> tuple[Message, ...]:
    facts = "\n".join(
        f"{name}: {value}" for name, value in description.facts if name != _OF_THE_PICTURE
    )
    example = "subject: a man in his forties\nhair: short black hair\nexpression: a slight smile"
    return (
        Message("system", INSTRUCTIONS),
        Message("user", example),
        Message("assistant", "A man in his forties with short black hair and a slight smile."),
        Message("user", facts),
    )


def translate_prompt(text: str) -> tuple[Message, ...]:
    """For the words of a model that wrote English."""
    example = "A man in his forties with short black hair and a slight smile."
    return (
        Message("system", _TRANSLATE),
        Message("user", example),
        Message("assistant", "一位四十多岁的男性，黑色短发，面带微笑。"),
        Message("user", text),
    )
