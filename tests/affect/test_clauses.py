"""Each clause of an answer has its own face, eased out of the one before."""

from avatar_serving.flow import collect
from avatar_serving.media import Manner, Mood
from avatar_serving.stages.llm.echo import EchoConfig
from avatar_serving.stages.tts.tone import ToneConfig
from pipelines.converse import ConverseStages, speak


class Recorder:
    """An animate stage that remembers what it was asked."""

    def __init__(self):
        self.asked = []

    async def run(self, request, /):
        self.asked.append((request.mood_before, request.mood))
        for frame in ():
            yield frame


async def texts(*clauses):
    for clause in clauses:
        yield clause


async def test_moods_follow_the_words():
    animate = Recorder()
    stages = ConverseStages(EchoConfig().build(), ToneConfig().build(), animate)
    manner = Manner("tone", mood=Mood("concern", 0.3))
    said = texts("I see.", "I am so sorry to hear that.", "The shop opens at nine.", "Wow!")
    await collect(speak(stages, said, manner))
    before, moods = zip(*animate.asked, strict=True)
    assert [mood.emotion for mood in moods] == ["concern", "concern", "concern", "surprise"]
    assert moods[1].intensity > moods[0].intensity == 0.3
    assert before == (manner.mood, *moods[:-1])
