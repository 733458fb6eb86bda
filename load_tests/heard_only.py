"""Whether a conversation kept of an interrupted answer what its user heard, and no more."""

from avatar_serving.client import Answer, RealtimeClient
from avatar_serving.client.messages import TimedWord

_WORD_S = 0.35
"""A word that began or ended so near to the interruption may be kept or left out."""
_WAIT_S = 5.0


async def kept_what_was_heard(client: RealtimeClient, answer: Answer) -> bool | None:
    """Ask the service by ``conversation.item.retrieve``. None: the answer was not interrupted, or
    its words have no times.

    Raises:
        AvatarError: the session ended, or nothing came back.
    """
    stopped_s = answer.playout.stopped_s
    if stopped_s is None or not answer.words:
        return None
    await client.send("conversation.item.retrieve", item_id=answer.item_id)
    kept = client.diary.retrieved
    await client.wait_for("an item is retrieved", lambda: answer.item_id in kept, _WAIT_S)
    heard_s = answer.playout.position_s(stopped_s)
    return agrees(kept.pop(answer.item_id), answer.words, heard_s)


def agrees(kept: str, words: list[TimedWord], heard_s: float) -> bool:
    """Whether *kept* are those of *words* that sounded in the first *heard_s* seconds."""
    least = [w.text for w in words if w.end_ms <= (heard_s - _WORD_S) * 1000]
    most = [w.text for w in words if w.start_ms <= (heard_s + _WORD_S) * 1000]
    told, whole = _letters(kept), _letters("".join(most))
    return whole.startswith(told) and len(told) >= len(_letters("".join(least)))


def _letters(text: str) -> str:
    """Without the spaces and marks that differ between what is said and what is written."""
    return "".join(c for c in text.lower() if c.isalnum())
