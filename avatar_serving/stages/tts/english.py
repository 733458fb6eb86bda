"""English words to sounds, by the rules and lexicon of the hibari package."""

from functools import cache

from avatar_serving.stages.tts.reading import Reading


class EnglishReader:
    def __init__(self, british: bool) -> None:
        from hibari.g2p import G2P

        self._g2p = G2P(british=british)

    def read(self, text: str) -> list[Reading]:
        """*text* must be speakable: numbers may remain, other signs are skipped."""
        readings: list[Reading] = []
        joined = False
        for token in self._g2p.phonemize_tokens(self._g2p.tokenize(text)):
            symbols = str(token.phonemes or "") + (" " if token.whitespace else "")
            if joined and readings:
                before = readings.pop()
                readings.append(Reading(before.text + token.text, before.symbols + symbols))
            else:
                readings.append(Reading(token.text, symbols))
            joined = not token.whitespace
        return [reading for reading in readings if reading.symbols.strip()]


@cache
def english_reader(british: bool = False) -> EnglishReader:
    """The lexicon is large and never changes: engines share it."""
    return EnglishReader(british)
