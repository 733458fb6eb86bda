"""Shoulders and head rise and sink; the lower edge of the picture does not."""

import numpy as np
import pytest

from avatar_serving.avatars import package
from avatar_serving.avatars.breath import PERIOD_S, RISE, breath_at, raised
from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.media import FaceFrame, RenderRequest, VideoFrame
from avatar_serving.stages.render.drawing import draw_frames
from tests.avatars.pictures import colourful


def test_fourteen_breaths_a_minute_none_of_which_jumps() -> None:
    times = np.arange(0, 600, 0.02)
    breaths = np.array([breath_at(t) for t in times])
    assert breaths.min() >= 0 and breaths.max() <= 1
    assert np.abs(np.diff(breaths)).max() < 0.03
    risen = np.flatnonzero((breaths[:-1] < 0.5) & (breaths[1:] >= 0.5))
    assert 12 <= len(risen) / 10 <= 16
    gaps = np.diff(times[risen])
    assert gaps.std() > 0.1 and abs(gaps.mean() - PERIOD_S) < 0.2


def test_the_edge_stays_and_nothing_is_folded() -> None:
    heights = np.linspace(-0.5, 0.5, 200)
    points = np.stack([np.zeros(200), heights, np.ones(200)], 1).astype(np.float32)
    moved = raised(points, 1.0)
    assert moved[0, 1] == -0.5 and moved[-1, 1] == pytest.approx(0.5 + RISE)
    assert (np.diff(moved[:, 1]) > 0).all() and (moved[:, [0, 2]] == points[:, [0, 2]]).all()
    assert raised(points, 0.0) is points


def test_a_person_who_breathes_is_drawn_higher() -> None:
    rig = package.load(plain_package(colourful()))
    canvas = Canvas(rig, 500, behind=np.zeros((500, 500, 3), np.uint8))
    out, inhaled = (canvas.draw(pose_values({}), breath=b).astype(int) for b in (0.0, 1.0))
    pixels = round(500 * RISE)
    assert np.abs(inhaled[50:200] - out[50 + pixels : 200 + pixels]).mean() < 2
    assert np.abs(inhaled[-3:] - out[-3:]).mean() < 2


def test_films_breathe_where_they_are_asked_to() -> None:
    content = plain_package(colourful())
    frames = (FaceFrame(0.0, pose_values({})), FaceFrame(PERIOD_S * 0.4, pose_values({})))

    def drawn(breathes_s: float | None) -> list[VideoFrame]:
        request = RenderRequest(content, frames, 64, breathes_s=breathes_s)
        return list(draw_frames(request, 64, lambda w, b: Canvas(package.load(content), 64, w, b)))

    still, alive = drawn(None), drawn(0.0)
    assert still[0].image == still[1].image == alive[0].image
    assert alive[1].image != still[1].image
