"""What a client tells of playback: how much was heard so far, and once how it sounded and looked.

No clock and no I/O: every call says what time it is.
"""

from avatar_serving.client.heard import Answer

_MOST_UNDERRUNS = 1000
"""The protocol's."""


class PlaybackTold:
    """Of all answers of a session."""

    def __init__(self) -> None:
        self._played_ms: dict[str, int] = {}
        self._over: set[str] = set()

    def due(self, answer: Answer, now_s: float) -> list[tuple[str, dict[str, object]]]:
        """Events of the protocol to send at *now_s*, with their fields."""
        if answer.item_id in self._over:
            return []
        events: list[tuple[str, dict[str, object]]] = []
        item = {"item_id": answer.item_id}
        played_ms = round(answer.playout.position_s(now_s) * 1000)
        if played_ms > self._played_ms.get(answer.item_id, 0):
            self._played_ms[answer.item_id] = played_ms
            events.append(("avatar.playback", {**item, "played_ms": played_ms}))
        if answer.playout.over(now_s):
            self._over.add(answer.item_id)
            events.append(("avatar.playback.report", {**item, **report(answer)}))
        return events


def report(answer: Answer) -> dict[str, object]:
    """Fields of ``avatar.playback.report`` that say how *answer* sounded and looked."""
    underruns, late_ms = answer.playout.underruns, answer.lateness_ms()
    told: dict[str, object] = {
        "underruns": min(len(underruns), _MOST_UNDERRUNS),
        "stalled_ms": round(sum(gap.seconds for gap in underruns) * 1000),
    }
    return {**told, "drift_ms": round(max(late_ms))} if late_ms else told
