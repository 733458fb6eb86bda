"""What the viewer sees and hears at each moment of the conversation."""

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_serving.client import Answer, Frames
from avatar_serving.media import CHANNELS, FaceFrame
from demo.talk import Conversation

RATE = 24_000
FPS = 30
_FADE_S = 0.2
"""Crossfade between behaviours."""
_HUSH_S = 0.02
"""Fade of a sound that is cut."""
_USER = (0.9, 0.5)
_AVATAR = (0.7, 0.95)
"""Loudness left and right: the two sit a little apart."""


@dataclass(frozen=True, slots=True)
class Caption:
    speaker: str
    text: str
    begin_s: float
    end_s: float


class Timeline:
    """Moments are seconds since the conversation's first sample."""

    def __init__(self, conversation: Conversation) -> None:
        self._held = conversation
        self._states = [(at_s - conversation.origin_s, s) for at_s, s in conversation.diary.states]
        self._starts = [at_s for at_s, _ in self._states]
        self.count = int(conversation.seconds * FPS)

    def frames(self) -> tuple[FaceFrame, ...]:
        """The face at every frame, behaviours faded into each other."""
        shown = np.zeros(len(CHANNELS), np.float32)
        before, source, changed_s = shown, "", -1.0
        frames: list[FaceFrame] = []
        for i in range(self.count):
            at_s = i / FPS
            now, values = self._source(at_s)
            if now != source:
                before, source, changed_s = shown, now, at_s
            part = 1.0 if i == 0 else min(1.0, (at_s - changed_s) / _FADE_S)
            shown = (1 - part) * before + part * values
            frames.append(FaceFrame(at_s, tuple(shown.tolist())))
        return tuple(frames)

    def _source(self, at_s: float) -> tuple[str, Frames]:
        """What moves the face at a moment: an answer that sounds, or a clip of the state."""
        clock_s = at_s + self._held.origin_s
        answer = self._sounding(clock_s)
        if answer is not None:
            values = answer.motion_at(answer.playout.position_s(clock_s))
            if values is not None:
                return answer.item_id, values
        state = self._state(at_s)
        clip = self._held.diary.clips[state]
        return state, clip[int(at_s * self._held.diary.fps) % len(clip)]

    def _sounding(self, clock_s: float) -> Answer | None:
        for answer in self._held.diary.answers:
            playout = answer.playout
            begun = playout.spans and playout.spans[0].at_s <= clock_s
            if begun and clock_s < min(playout.ends_s or 0.0, playout.stopped_s or np.inf):
                return answer
        return None

    def _state(self, at_s: float) -> str:
        index = bisect_right(self._starts, at_s) - 1
        state = self._states[index][1] if index >= 0 else "idle"
        return state if state in self._held.diary.clips else "idle"

    def sound(self) -> NDArray[np.int16]:
        """Both sides, stereo."""
        length = round(self.count / FPS * RATE)
        mixed = np.zeros((length, 2), np.float32)
        user = np.frombuffer(self._held.microphone, "<i2")[:length].astype(np.float32)
        mixed[: len(user)] += user[:, None] * np.array(_USER, np.float32)
        for answer in self._held.diary.answers:
            self._add(mixed, answer)
        return np.clip(mixed, -32768, 32767).astype(np.int16)

    def _add(self, mixed: NDArray[np.float32], answer: Answer) -> None:
        pcm = np.frombuffer(bytes(answer.playout.pcm), "<i2").astype(np.float32)
        stopped_s = answer.playout.stopped_s
        for span in answer.playout.spans:
            piece = pcm[span.first : span.past].copy()
            if stopped_s is not None:
                piece = piece[: max(0, round((stopped_s - span.at_s) * RATE))]
                fade = min(len(piece), round(_HUSH_S * RATE))
                piece[len(piece) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
            start = round((span.at_s - self._held.origin_s) * RATE)
            piece = piece[: max(0, len(mixed) - start)]
            mixed[start : start + len(piece)] += piece[:, None] * np.array(_AVATAR, np.float32)

    def captions(self) -> tuple[Caption, ...]:
        """What each side says, in order."""
        origin_s, captions = self._held.origin_s, list[Caption]()
        for turn in self._held.turns:
            spoken = turn.uttered
            captions.append(
                Caption("You", turn.said, spoken.began_s - origin_s, spoken.ended_s - origin_s)
            )
            captions += _sentences(turn.answer, origin_s)
        return tuple(captions)


def _sentences(answer: Answer, origin_s: float) -> list[Caption]:
    """The answer's words in lines, timed as they are heard; only what was heard."""
    lines: list[Caption] = []
    words: list[str] = []
    begin_s = 0.0
    stop_s = answer.playout.stopped_s or np.inf
    for word in answer.words:
        at_s = answer.playout.when_s(word.start_ms / 1000)
        if at_s is None or at_s >= stop_s:
            break
        begin_s = begin_s if words else at_s - origin_s
        words.append(word.text)
        if word.text.rstrip()[-1:] in ".!?。！？" or len(" ".join(words)) > 90:
            end_s = answer.playout.when_s(word.end_ms / 1000 - 0.01) or at_s
            lines.append(Caption("Avatar", " ".join(words), begin_s, end_s - origin_s))
            words = []
    if words:
        ends_s = min(answer.playout.ends_s or begin_s, stop_s)
        lines.append(Caption("Avatar", " ".join(words), begin_s, ends_s - origin_s))
    return lines
