"""Everything that happened in a session, in order. Pure: fed with messages and their times."""

import base64
from dataclasses import dataclass, field

from avatar_serving.client.heard import Answer, Frames, Stretch, decode_frames
from avatar_serving.client.messages import (
    AnimationDelta,
    AnimationStarted,
    AudioDelta,
    AudioDone,
    Clips,
    ErrorMessage,
    ItemRetrieved,
    ResponseDone,
    ServerMessage,
    State,
    TranscriptDelta,
    TurnReport,
    UserHeard,
    UserNotHeard,
    Words,
)
from avatar_serving.client.playout import Playout
from avatar_serving.media import CHANNELS

RATE = 24_000


@dataclass(frozen=True, slots=True)
class Received:
    """A message, and when it came."""

    at_s: float
    """``time.monotonic`` of its arrival."""
    message: ServerMessage


@dataclass(slots=True)
class Diary:
    """What a session brought so far; times are those of ``time.monotonic``."""

    answers: list[Answer] = field(default_factory=list[Answer])
    heard: list[str] = field(default_factory=list[str])
    """What recognition made of each thing the user said; empty where it failed."""
    states: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])
    clips: dict[str, Frames] = field(default_factory=dict[str, Frames])
    """Motion to repeat, by behaviour."""
    fps: int = 30
    errors: list[str] = field(default_factory=list[str])
    failures: list[str] = field(default_factory=list[str])
    """Codes of the errors that answers failed with."""
    silenced: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])
    """When an answer fell silent because the user spoke, and its item."""
    retrieved: dict[str, str] = field(default_factory=dict[str, str])
    """What the server's conversation keeps of items that were asked for, by their ids."""
    _channels: int = len(CHANNELS)

    def find(self, item_id: str) -> Answer | None:
        return next((a for a in self.answers if a.item_id == item_id), None)

    def playing(self, now_s: float) -> Answer | None:
        """The answer that sounds now."""
        return next((a for a in self.answers if a.playout.playing(now_s)), None)

    def take(self, received: Received) -> None:
        """Write down one message; messages must be taken in the order of their arrival."""
        match received.message:
            case Clips() as clips:
                self._channels, self.fps = len(clips.channels), clips.fps
                for clip in clips.clips:
                    self.clips[clip.behaviour] = decode_frames(clip.frames, self._channels)
            case State(state=state):
                self.states.append((received.at_s, state))
            case UserHeard(transcript=text):
                self.heard.append(text.strip())
            case UserNotHeard():
                self.heard.append("")
            case ErrorMessage(error=error):
                self.errors.append(f"{error.code}: {error.message}")
            case ItemRetrieved() as retrieved:
                self.retrieved[retrieved.item.id] = retrieved.transcript()
            case ResponseDone(response=response):
                self._done(response.id, response.status)
                if response.status == "failed":
                    error = response.status_details and response.status_details.error
                    self.failures.append((error and error.code) or "")
            case message:
                self._take_answer(message, received.at_s)

    def _take_answer(self, message: ServerMessage, at_s: float) -> None:
        match message:
            case AudioDelta():
                answer = self._answer(message.item_id)
                answer.response_id = message.response_id
                answer.playout.push(base64.b64decode(message.delta), at_s)
            case AudioDone():
                self._answer(message.item_id).playout.finish()
            case TranscriptDelta():
                self._answer(message.item_id).transcript += message.delta
            case AnimationStarted():
                self._answer(message.item_id).fps = message.fps
                self._channels = len(message.channels)
            case AnimationDelta():
                frames = decode_frames(message.frames, self._channels)
                stretch = Stretch(at_s, message.time_code, frames)
                self._answer(message.item_id).motion.append(stretch)
            case Words():
                self._answer(message.item_id).words.extend(message.words)
            case TurnReport():
                answer = self._answer(message.item_id)
                answer.timings_ms, answer.heard_text = message.timings_ms, message.heard_text
                answer.reported = True
            case _:
                pass

    def _answer(self, item_id: str) -> Answer:
        known = self.find(item_id)
        if known is None:
            known = Answer(item_id, Playout(RATE))
            self.answers.append(known)
        return known

    def _done(self, response_id: str, status: str) -> None:
        for answer in self.answers:
            if answer.response_id == response_id:
                answer.status = status
                answer.playout.finish()
