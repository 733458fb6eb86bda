"""Talk to an avatar with our own client: choose a model, speak, look at the face, measure."""

import asyncio
import sys

from avatar_serving.client import Rest, Where, ask, open_session

URL = "http://localhost:8000"
VOICE = "am_michael"


async def main(questions: list[str]) -> None:
    with Rest(URL) as rest:
        model = rest.models()[-1]
        print(f"model: {model.id} - {model.about or model.engine}")
        spoken = [rest.speech(question, VOICE) for question in questions]
    async with open_session(Where(URL, model=model.id)) as client:
        for question, pcm in zip(questions, spoken, strict=True):
            turn = await ask(client, question, pcm)
            frames = sum(len(stretch.frames) for stretch in turn.answer.motion)
            print(f"heard:  {turn.heard}\navatar: {turn.answer.transcript}")
            print(f"after {turn.voice_to_voice_ms / 1000:.2f} s, with {frames} frames of its face")


asyncio.run(main(sys.argv[1:] or ["Hello! Who are you?", "What do you like to talk about?"]))
