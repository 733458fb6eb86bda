"""Written text to what is said: numbers, dates, money, units, addresses, signs."""

from avatar_serving.text.addresses import ENGLISH, MANDARIN, read_addresses
from avatar_serving.text.english import read_english
from avatar_serving.text.languages import Language
from avatar_serving.text.mandarin import read_mandarin


def speakable(text: str, language: Language) -> str:
    """How a person would read *text* aloud in *language*, in words of that language."""
    if language == "zh":
        return read_mandarin(read_addresses(text, MANDARIN))
    return read_english(read_addresses(text, ENGLISH))
