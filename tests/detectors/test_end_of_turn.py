import numpy as np
import pytest
from pydantic import TypeAdapter

from avatar_serving.detectors.end_of_turn import AlwaysConfig, EndOfTurn, EndOfTurnConfig
from avatar_serving.detectors.end_of_turn.smart_turn import SmartTurnConfig
from avatar_serving.errors import InvalidRequest
from avatar_serving.flow import last
from avatar_serving.media import AudioChunk, SpeechRequest
from avatar_serving.stages.tts.hibari import HibariConfig
from tests.speech import heard

RATE = 16_000
PAUSE = bytes(2 * RATE // 5)


def test_always_says_what_it_was_told() -> None:
    config: object = TypeAdapter(EndOfTurnConfig).validate_python({"engine": "always"})
    assert isinstance(config, AlwaysConfig)
    assert config.build().probability(AudioChunk(b"", RATE)) == 1.0
    assert AlwaysConfig(probability=0.2).build().probability(AudioChunk(b"", RATE)) == 0.2


@pytest.mark.weights
class TestSmartTurn:
    @pytest.fixture(scope="class")
    def model(self) -> EndOfTurn:
        return SmartTurnConfig().build()

    def test_a_finished_question_ends_the_turn(self, model: EndOfTurn, question: bytes) -> None:
        assert model.probability(AudioChunk(question + PAUSE, RATE)) > 0.8

    @pytest.mark.parametrize("pause_s", [0.1, 0.3, 0.8])
    @pytest.mark.parametrize("words", [7, 11])
    async def test_a_pause_within_a_sentence_does_not(
        self, model: EndOfTurn, words: int, pause_s: float
    ) -> None:
        text = "I would like to go to the museum tomorrow, but I do not know when it opens."
        speech = await last(HibariConfig().build().run(SpeechRequest(text, "hibari")))
        cut_s = speech.words[words - 1].end_s
        pcm = heard(speech)[: round(cut_s * RATE) * 2]
        assert model.probability(AudioChunk(pcm + bytes(2 * round(pause_s * RATE)), RATE)) < 0.4

    def test_any_length_is_taken(self, model: EndOfTurn, question: bytes) -> None:
        rng = np.random.default_rng(0)
        for seconds in (0.0, 0.01, 8.0, 30.0):
            noise = rng.integers(-99, 99, round(seconds * RATE), np.int16).tobytes()
            assert 0 <= model.probability(AudioChunk(noise, RATE)) <= 1

    def test_the_same_sound_gets_the_same_answer(self, model: EndOfTurn, question: bytes) -> None:
        audio = AudioChunk(question, RATE)
        assert model.probability(audio) == model.probability(audio)

    def test_another_rate_is_refused(self, model: EndOfTurn) -> None:
        with pytest.raises(InvalidRequest, match="16 kHz"):
            model.probability(AudioChunk(b"\0\0", 24_000))
