"""The page's own model is served by us, where the profile says so."""

import httpx
import pytest

from avatar_serving.config import CAMERA_WEIGHT, load_profile
from tests.deployments.serving import gateway

PATH = "/v1/camera/face_landmarker.task"


def test_a_profile_without_a_camera_has_no_model(rest):
    assert rest.get(PATH).status_code == 404
    assert CAMERA_WEIGHT not in load_profile("test").required_weights()


def test_the_laptop_s_profile_pulls_it():
    assert CAMERA_WEIGHT in load_profile("cpu").required_weights()


@pytest.mark.weights
def test_it_is_a_bundle_of_models(tmp_path):
    profile = load_profile("test").model_copy(update={"camera": True})
    with gateway(tmp_path, profile) as (_, url):
        answer = httpx.get(url + PATH)
    assert answer.status_code == 200
    assert b"PK" in answer.content[:4] and len(answer.content) > 3_000_000
