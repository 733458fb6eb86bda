import pytest

from avatar_serving.flow import last
from avatar_serving.media import SpeechRequest
from avatar_serving.stages.tts.hibari import HibariConfig
from tests.speech import heard


@pytest.fixture
async def question() -> bytes:
    """A spoken question at 16 kHz."""
    text = "Can you tell me a short story about a dragon who is afraid of fire?"
    return heard(await last(HibariConfig().build().run(SpeechRequest(text, "hibari"))))
