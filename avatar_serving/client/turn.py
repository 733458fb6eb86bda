"""One exchange: the user speaks, the avatar answers, and how long it took."""

import asyncio
import time
from dataclasses import dataclass

from avatar_serving.client.heard import Answer
from avatar_serving.client.microphone import Uttered
from avatar_serving.client.realtime import RealtimeClient

_MARGIN_S = 0.05


@dataclass(frozen=True, slots=True)
class Turn:
    """What was said, what came back, and the times that count."""

    said: str
    uttered: Uttered
    answer: Answer
    heard: str
    """What recognition made of it."""
    voice_to_voice_ms: float
    """Last audible sample the user spoke to first audible sample of the answer, at the client."""
    silenced_ms: float | None
    """Where the user spoke over an answer: from the first sample to silence."""
    premature: int
    """Answers that began before the user had finished."""


async def ask(
    client: RealtimeClient,
    said: str,
    pcm: bytes,
    *,
    leave_after_s: float | None = None,
    timeout_s: float = 60,
) -> Turn:
    """Say *pcm* (whose words are *said*) and listen to the answer.

    With *leave_after_s*, return while the answer still plays, so that the next ``ask`` speaks over
    it; else return when it has been played.

    Raises:
        StageTimeout: no audible answer in time.
        AvatarError: the session ended.
    """
    diary = client.diary
    known, heard_before, silenced_before = len(diary.answers), len(diary.heard), len(diary.silenced)
    uttered = client.microphone.say(pcm)

    def answered() -> Answer | None:
        for answer in diary.answers[known:]:
            first_s = answer.playout.first_audible_s()
            if first_s is not None and first_s >= uttered.ended_s:
                return answer
        return None

    limit_s = uttered.ended_s - time.monotonic() + timeout_s
    await client.wait_for("an answer is heard", lambda: answered() is not None, limit_s)
    answer = answered()
    assert answer is not None
    first_s = answer.playout.first_audible_s()
    assert first_s is not None
    await _listen(client, answer, leave_after_s)
    silenced = [at_s for at_s, _ in diary.silenced[silenced_before:] if at_s >= uttered.began_s]
    return Turn(
        said=said,
        uttered=uttered,
        answer=answer,
        heard=" ".join(text for text in diary.heard[heard_before:] if text),
        voice_to_voice_ms=(first_s - uttered.ended_s) * 1000,
        silenced_ms=(silenced[0] - uttered.began_s) * 1000 if silenced else None,
        premature=diary.answers.index(answer) - known,
    )


async def _listen(client: RealtimeClient, answer: Answer, leave_after_s: float | None) -> None:
    """Wait until the answer has been played, or for a while."""
    playout = answer.playout
    if leave_after_s is not None:
        begun_s = playout.first_audible_s()
        assert begun_s is not None
        await asyncio.sleep(max(0.0, begun_s + leave_after_s - time.monotonic()))
        return
    await client.wait_for("the answer is complete", lambda: bool(answer.status))
    await asyncio.sleep(max(0.0, (playout.ends_s or 0.0) + _MARGIN_S - time.monotonic()))
