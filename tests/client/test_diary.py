"""What follows from the messages of a session."""

import base64

import pytest

from avatar_serving.client import Diary, Received
from avatar_serving.client.messages import Other, parse
from avatar_serving.errors import InvalidRequest
from avatar_serving.media import CHANNELS
from tests.client.fake_server import motion, tone

JAW, YAW = CHANNELS.index("jawOpen"), CHANNELS.index("headYaw")


def told(*messages: tuple[float, str, dict[str, object]]) -> Diary:
    import json

    diary = Diary()
    for at_s, kind, fields in messages:
        diary.take(Received(at_s, parse(json.dumps({"type": kind, **fields}))))
    return diary


def sound(at_s: float, seconds: float) -> tuple[float, str, dict[str, object]]:
    delta = base64.b64encode(tone(seconds)).decode()
    return at_s, "response.output_audio.delta", {"response_id": "r", "item_id": "a", "delta": delta}


def moves(at_s: float, time_code: float, frames: int) -> tuple[float, str, dict[str, object]]:
    fields = {"item_id": "a", "time_code": time_code, "frames": motion(frames, time_code / 10)}
    return at_s, "avatar.animation.delta", fields


def test_motion_in_time_is_not_late_and_has_not_drifted() -> None:
    answer = told(sound(0, 1), moves(0, 0, 30), sound(0.5, 1), moves(0.5, 1, 30)).answers[0]
    assert max(answer.lateness_ms()) == 0
    assert answer.drift_ms() == answer.gaps() == 0


def test_motion_that_comes_after_its_sound_is_late() -> None:
    answer = told(sound(0, 1), moves(0.54, 0, 30)).answers[0]
    late = answer.lateness_ms()
    assert late[0] == pytest.approx(500, abs=1)
    assert late[-1] == 0
    assert sum(each > 0 for each in late) == 15


def test_motion_of_another_length_than_the_sound_has_drifted() -> None:
    answer = told(sound(0, 1), moves(0, 0, 36)).answers[0]
    assert answer.drift_ms() == pytest.approx(200 - 1000 / 30, abs=1)


def test_missing_frames_are_counted() -> None:
    assert told(sound(0, 2), moves(0, 0, 30), moves(0.1, 1.1, 20)).answers[0].gaps() == 3


def test_motion_is_read_between_frames_in_units_of_the_protocol() -> None:
    answer = told(sound(0, 2), moves(0, 0, 30), moves(0, 1.0, 30)).answers[0]
    frame = answer.motion_at(1.51)
    assert frame is not None
    assert frame[JAW] == pytest.approx(0.1, abs=1e-3)
    assert frame[YAW] == pytest.approx(9.0, abs=0.01)
    assert told(sound(0, 2)).answers[0].motion_at(0.5) is None


def test_unknown_events_are_passed_over_and_broken_ones_are_not() -> None:
    assert parse('{"type": "response.output_item.added"}') == Other(
        type="response.output_item.added"
    )
    for broken in ("{", "[]", '{"type": "avatar.state"}', '{"type": "avatar.state", "state": 3}'):
        with pytest.raises(InvalidRequest, match="out of protocol"):
            parse(broken)
