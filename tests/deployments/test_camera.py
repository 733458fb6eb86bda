"""The page's own models are served by us, where the profile says so."""

import httpx
import pytest

from avatar_serving.config import CAMERA_WEIGHTS, load_profile
from tests.deployments.serving import gateway

PATHS = ("/v1/camera/face_landmarker.task", "/v1/camera/hand_landmarker.task")


@pytest.mark.parametrize("path", PATHS)
def test_a_profile_without_a_camera_has_no_model(rest, path):
    assert rest.get(path).status_code == 404
    assert not set(CAMERA_WEIGHTS) & set(load_profile("test").required_weights())


def test_the_laptop_s_profile_pulls_them():
    assert set(CAMERA_WEIGHTS) <= set(load_profile("cpu").required_weights())


@pytest.mark.weights
def test_they_are_bundles_of_models(tmp_path):
    profile = load_profile("test").model_copy(update={"camera": True})
    with gateway(tmp_path, profile) as (_, url):
        answers = [httpx.get(url + path) for path in PATHS]
    for answer in answers:
        assert answer.status_code == 200
        assert b"PK" in answer.content[:4] and len(answer.content) > 3_000_000
