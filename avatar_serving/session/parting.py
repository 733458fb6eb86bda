"""An answer that goes on at another gateway: what is left of it, and how it is taken up again."""

from avatar_serving.protocol import server as wire
from avatar_serving.protocol.items import text_of
from avatar_serving.session.answer import Answer
from avatar_serving.session.answer_item import joined
from avatar_serving.session.snapshot import Unfinished
from avatar_serving.session.wish import Wish


def unfinished(answer: Answer) -> Unfinished | None:
    """What the client lacks of *answer* at this moment; None: nothing of the conversation."""
    announcer = answer.announcer
    if not answer.active or announcer.delivery.conversation_id is None or announcer.calls:
        return None
    given = announcer.sent()
    said = text_of(given[0]) if given else ""
    spoken = announcer.delivery.spoken
    return Unfinished(
        response_id=announcer.delivery.response_id if announcer.told else None,
        spoken=spoken,
        said=said,
        rest=announcer.transcript.strip()[len(said) :].strip() if spoken else "",
        whole=bool(given) and answer.made,
    )


async def part(answer: Answer, within_s: float) -> Unfinished | None:
    """End *answer* for this client; what is left of it, whose words are waited for *within_s* at
    most."""
    announcer = answer.announcer
    left = unfinished(answer)
    if left is not None and not left.spoken:
        await answer.stop("moved")
        return left.model_copy(update={"response_id": None})
    text, whole = await answer.part(within_s)
    await announcer.report(announcer.heard_text(announcer.ledger.sent_ms))
    if left is None or (whole and not text):
        return None
    return left.model_copy(update={"response_id": None, "rest": text, "whole": whole})


def wish_to_go_on(left: Unfinished) -> Wish | None:
    """What takes the answer up again; None: all of it was said."""
    if left.whole:
        return Wish(text=left.rest, spoken=True) if left.rest else None
    begun = left.said + (joined(left.said, left.rest) if left.rest else "")
    return Wish(text=left.rest, begun=begun, spoken=left.spoken)


def end_of(left: Unfinished) -> wire.ResponseDone | None:
    """Tells the client that a response has ended for which its gateway could not say so."""
    if left.response_id is None:
        return None
    details = wire.StatusDetails(type="cancelled", reason="moved")
    return wire.ResponseDone(
        response=wire.Response(id=left.response_id, status="cancelled", status_details=details)
    )
