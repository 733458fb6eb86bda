"""What clients tell of how answers sounded and looked, for the operator's figures."""

from avatar_serving import metrics
from avatar_serving.errors import NotFound
from avatar_serving.protocol.client import AvatarPlaybackReport
from avatar_serving.protocol.items import AssistantMessage
from avatar_serving.session.conversation import Conversation


class PlaybackReports:
    """Each answer of the conversation counts once, however often a client tells of it."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._told: set[str] = set()

    def take(self, report: AvatarPlaybackReport) -> None:
        """Of an answer that is not known, or no longer, nothing is counted."""
        if report.item_id in self._told or not self._is_answer(report.item_id):
            return
        self._told.add(report.item_id)
        metrics.client_reports.inc()
        metrics.client_underruns.inc(report.underruns)
        metrics.client_stalled.observe(report.stalled_ms / 1000)
        if report.drift_ms is not None:
            metrics.client_drift.observe(report.drift_ms / 1000)

    def _is_answer(self, item_id: str) -> bool:
        try:
            return isinstance(self._conversation.retrieve(item_id), AssistantMessage)
        except NotFound:
            return False
