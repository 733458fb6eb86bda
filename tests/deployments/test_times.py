"""The times that a turn reports are those that its user waited."""

import asyncio
from itertools import pairwise

import numpy as np

from avatar_serving.client import Where, ask, open_session

STEPS = {"drafted", "asr", "committed", "llm_first_token", "tts_first_audio", "first_audio_sent"}
HOP = 768
"""Samples at 24 kHz that the detector judges together: it hears the end of speech at their end."""


def ending_with_a_hop(speech, microphone):
    """*speech* with silence before it, so that its end and that of a hop are 2 ms apart."""
    before = (len(microphone.recorded) + len(microphone._pending) + len(speech)) // 2
    return b"\0\0" * ((-before - 48) % HOP) + speech


async def test_the_steps_of_a_turn_add_up_to_what_the_client_measured(served):
    noise = np.random.default_rng(0).normal(0, 4000, 24_000)
    speech = np.clip(noise, -32768, 32767).astype("<i2").tobytes()
    apart_ms = []
    async with open_session(Where(served[1])) as client:
        for i in range(5):
            await asyncio.sleep(0.3 + i * 0.007)
            said = ending_with_a_hop(speech, client.microphone)
            turn = await ask(client, "", said, leave_after_s=0.2)
            await client.wait_for("the report", lambda turn=turn: turn.answer.reported)
            marks = list(turn.answer.timings_ms.values())
            steps = [later - earlier for earlier, later in pairwise([0.0, *marks])]
            assert set(turn.answer.timings_ms) >= STEPS
            assert all(step >= 0 for step in steps[1:])
            first = turn.answer.playout.spans[0]
            waited_ms = (first.at_s - turn.answer.playout.jitter_s - turn.uttered.ended_s) * 1000
            sent_ms = turn.answer.timings_ms["first_audio_sent"]
            upto = list(turn.answer.timings_ms).index("first_audio_sent") + 1
            assert sum(steps[:upto]) == sent_ms
            apart_ms.append(waited_ms - sent_ms)
    # Where the machine is busy some turns are late; what the service counts wrongly is in all.
    assert min(map(abs, apart_ms)) <= 30, apart_ms
