"""What is told of an answer that came late, on paper."""

import numpy as np

from avatar_serving.client.heard import Answer, Stretch
from avatar_serving.client.playback import PlaybackTold, report
from avatar_serving.client.playout import Playout
from avatar_serving.protocol.client import AvatarPlaybackReport

RATE = 24_000
SECOND = bytes(2 * RATE)


def stumbling() -> Answer:
    """A second of sound at 10 s, the next half a second too late; 30 pictures with the first, which
    come a fifth of a second after it began."""
    answer = Answer("a1", Playout(RATE, jitter_s=0))
    answer.playout.push(SECOND, 10.0)
    answer.motion.append(Stretch(10.2, 0.0, np.zeros((30, 55), np.float32)))
    answer.playout.push(SECOND, 11.5)
    return answer


def test_gaps_and_late_pictures_are_told() -> None:
    told = report(stumbling())
    assert told == {"underruns": 1, "stalled_ms": 500, "drift_ms": 200}
    sent = AvatarPlaybackReport.model_validate({"item_id": "a1", **told})
    assert sent.drift_ms == 200


def test_without_a_picture_nothing_is_told_of_it() -> None:
    heard = Answer("a1", Playout(RATE))
    heard.playout.push(SECOND, 10.0)
    assert report(heard) == {"underruns": 0, "stalled_ms": 0}


def test_progress_is_told_while_it_moves_and_the_report_once() -> None:
    answer, told = stumbling(), PlaybackTold()
    kinds = [kind for kind, _ in told.due(answer, 10.5)]
    assert kinds == ["avatar.playback"] and told.due(answer, 10.5) == []
    answer.playout.finish()
    assert [kind for kind, _ in told.due(answer, 12.0)] == ["avatar.playback"]
    assert [kind for kind, _ in told.due(answer, 12.6)] == [
        "avatar.playback",
        "avatar.playback.report",
    ]
    assert told.due(answer, 13.0) == []


def test_an_answer_that_was_cut_is_over() -> None:
    answer, told = stumbling(), PlaybackTold()
    answer.playout.stop(10.6)
    (progress, fields), (last, _) = told.due(answer, 10.7)
    assert (progress, fields["played_ms"], last) == (
        "avatar.playback",
        600,
        "avatar.playback.report",
    )


def test_what_never_sounded_is_not_over() -> None:
    assert PlaybackTold().due(Answer("a1", Playout(RATE)), 99.0) == []
