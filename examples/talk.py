"""Say something to an avatar with the openai SDK, and keep its spoken answer as a WAV file."""

import base64
import sys
import wave

from openai import OpenAI

words = sys.argv[1] if len(sys.argv) > 1 else "What is the Moon made of?"
with (
    OpenAI(base_url="http://localhost:8000/v1", api_key="none") as client,
    client.realtime.connect(model="default") as connection,
    wave.open("answer.wav", "wb") as file,
):
    file.setparams((1, 2, 24_000, 0, "NONE", "not compressed"))
    spoken = client.audio.speech.create(
        model="default", voice="am_michael", input=words, response_format="pcm"
    )
    question = spoken.content + bytes(48_000)  # a second of silence: the turn is over
    connection.input_audio_buffer.append(audio=base64.b64encode(question).decode())
    for event in connection:
        if event.type == "conversation.item.input_audio_transcription.completed":
            print("heard: ", event.transcript)
        elif event.type == "response.output_audio.delta":
            file.writeframes(base64.b64decode(event.delta))
        elif event.type == "response.done":
            print("avatar:", event.response.output[0].content[0].transcript)
            break
