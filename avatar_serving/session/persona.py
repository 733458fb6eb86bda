"""The system prompt of a session: who the avatar is, and how a spoken answer sounds."""

_MANNER = (
    "You are talking face to face, aloud. Answer in one to three short spoken sentences. "
    "Never use lists, markdown, emoji or stage directions."
)
_LANGUAGE = {
    "en": "Answer in English.",
    "zh": "用简体中文回答。",
}
_FOLLOWED = {
    "en": "Answer in English, unless asked for another language.",
    "zh": "用简体中文回答，除非对方要求用别的语言。",
}
APPEARANCE = "Others see"
"""Begins the line on what everybody can see. Told as what they look like, small models open every
answer with it."""
_DEFAULT = "You are friendly and curious."


def system_prompt(
    *,
    name: str = "Ada",
    persona: str = "",
    description: str = "",
    language: str = "en",
    chosen: bool = False,
    notes: str = "",
) -> str:
    """Instructions for the language model.

    *persona* comes from the session's ``instructions`` or from the avatar; *language* is en or zh,
    an unknown one is named as it stands; *chosen* says that the session asks for it, else it is
    the one that the user speaks. *notes* is what is remembered of the user.
    """
    parts = [f"Your name is {name}.", persona.strip() or _DEFAULT]
    if description:
        parts.append(f"{APPEARANCE} {_within(description.strip())}")
    if notes:
        parts.append(notes)
    parts.append(_MANNER)
    manners = _LANGUAGE if chosen else _FOLLOWED
    parts.append(manners.get(language, f"Answer in the language {language}."))
    return "\n".join(parts)


def _within(sentence: str) -> str:
    """A sentence as it goes on after other words: 'A woman ...' begins small, a name does not."""
    article = sentence.partition(" ")[0] in ("A", "An", "The")
    return sentence[:1].lower() + sentence[1:] if article else sentence
