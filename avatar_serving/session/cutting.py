"""How an answer stops sounding: the conversation keeps what was heard of it."""

from avatar_serving.session.answer import Answer
from avatar_serving.session.conversation import Conversation
from avatar_serving.session.parting import part
from avatar_serving.session.rest import Rest
from avatar_serving.session.snapshot import Unfinished


async def silence(
    answer: Answer, conversation: Conversation, reason: str, now_s: float, *, hold: bool = False
) -> Rest | None:
    """Cut *answer* to what was heard of it by *now_s*.

    Returns what was not heard, to go on with, if it shall be held and was spoken.
    """
    announcer = answer.announcer
    heard_ms = announcer.ledger.heard_ms(now_s)
    announcer.ledger.stop(now_s)
    rest = None
    if hold and announcer.delivery.spoken:
        rest = await answer.hold(reason, heard_ms)
    else:
        await answer.stop(reason)
    _cut(answer, conversation, heard_ms)
    answer.count("interrupted")
    await announcer.report(announcer.heard_text(heard_ms))
    return rest


async def part_with(
    answer: Answer, conversation: Conversation, within_s: float
) -> Unfinished | None:
    """End *answer* after what was sent; another gateway goes on with what is left of it, whose
    words are waited for *within_s* at most. None: nothing is left."""
    left = await part(answer, within_s)
    if left is not None:
        _cut(answer, conversation, answer.announcer.ledger.sent_ms)
    return left


def _cut(answer: Answer, conversation: Conversation, kept_ms: int) -> None:
    announcer, delivery = answer.announcer, answer.announcer.delivery
    if delivery.spoken and announcer.said and delivery.conversation_id is not None:
        conversation.truncate(delivery.item_id, kept_ms)
