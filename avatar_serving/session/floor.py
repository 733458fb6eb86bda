"""Who of the avatar's answers is speaking."""

from avatar_serving.errors import LimitExceeded
from avatar_serving.session.answer import Answer

_MOST_ASIDE = 4
"""Responses out of band at the same time."""


class Floor:
    """The answers that are being given or heard.

    One of the conversation has the floor. It may take it while the one before it, sent whole, is
    still heard. Those beside the conversation are heard by nobody here.
    """

    def __init__(self) -> None:
        self.present: Answer | None = None
        """The newest of the conversation."""
        self._sounding: list[Answer] = []
        """Sent whole and still heard, while a later one is prepared."""
        self._aside: dict[str, Answer] = {}
        """By the id of the response."""

    @property
    def active(self) -> bool:
        """A response of the conversation has been created and is not done."""
        return self.present is not None and self.present.active

    @property
    def silent(self) -> bool:
        """No answer of the conversation is being given or heard."""
        return self.present is None and not self._sounding

    @property
    def giving(self) -> bool:
        """A response is being given, of the conversation or beside it."""
        return self.active or bool(self._aside)

    @property
    def aside(self) -> tuple[Answer, ...]:
        """Beside the conversation."""
        return tuple(self._aside.values())

    def take(self, answer: Answer) -> None:
        """*answer* is the present one; the one before it may be heard to its end."""
        before, self.present = self.present, answer
        if before is not None and before is not answer:
            self._sounding.append(before)

    def put_aside(self, answer: Answer) -> None:
        """*answer* is given beside the conversation.

        Raises:
            LimitExceeded: too many at once.
        """
        if len(self._aside) >= _MOST_ASIDE:
            raise LimitExceeded("responses out of band", len(self._aside) + 1, _MOST_ASIDE)
        self._aside[answer.announcer.delivery.response_id] = answer

    def take_aside(self, response_id: str) -> Answer | None:
        """A response beside the conversation, which is to end."""
        return self._aside.pop(response_id, None)

    def leave(self, answer: Answer) -> None:
        """*answer* is over, or cut."""
        self._aside.pop(answer.announcer.delivery.response_id, None)
        if answer in self._sounding:
            self._sounding.remove(answer)
        elif answer is self.present:
            self.present = None

    def clear(self) -> tuple[list[Answer], Answer | None]:
        """Nobody has the floor any more: those that were still heard, and the present one."""
        sounding, self._sounding = self._sounding, []
        present, self.present = self.present, None
        return sounding, present

    def close(self) -> list[Answer]:
        """Everything that was being given or heard, which is to end."""
        sounding, present = self.clear()
        aside, self._aside = self._aside, {}
        return [*sounding, *aside.values(), *([present] if present else [])]

    def find(self, item_id: str) -> Answer | None:
        """The answer of the conversation whose item it is."""
        answers = [*self._sounding, *([self.present] if self.present else [])]
        return next((a for a in answers if a.announcer.delivery.item_id == item_id), None)

    def unheard_s(self) -> float:
        """How long what was sent before the present answer will still be heard."""
        return max((answer.announcer.unheard_s() for answer in self._sounding), default=0.0)
