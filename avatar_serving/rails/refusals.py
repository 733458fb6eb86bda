"""What an avatar says instead of what it must not say."""

from collections.abc import Mapping

_BUILT_IN = {
    "en": "I'd rather not talk about that. What else can I do for you?",
    "zh": "这个话题我不方便聊。我们换个话题好吗？",
}


def refusal(texts: Mapping[str, str], language: str) -> str:
    """In *language* (its primary subtag counts): the configured text, else the built-in one, else
    English."""
    primary = language.split("-")[0].lower()
    own = "zh" if primary == "yue" else primary
    for texts_of in (texts, _BUILT_IN):
        for tag in (primary, own):
            if tag in texts_of:
                return texts_of[tag]
    return texts.get("en", _BUILT_IN["en"])
