"""What the built-in profiles promise of themselves."""

import pytest

from avatar_serving import weights
from avatar_serving.config import PROFILES, load_profile
from avatar_serving.doctor.gpu_models import vllm_models

NAMES = sorted(path.stem for path in PROFILES.glob("*.yaml"))


def test_the_large_models_may_be_used_commercially() -> None:
    lock = weights.library().lock
    small = load_profile("cpu").required_weights()
    large = set(load_profile("gpu").required_weights()) - set(small)
    assert large and {lock.get(name).licence_class for name in large} == {"commercial"}


@pytest.mark.parametrize("name", NAMES)
def test_what_wants_a_gpu_is_given_one(name: str) -> None:
    """A model's part of the memory lies within its stage's share; the shares fit on one GPU."""
    profile = load_profile(name)
    models = list(vllm_models(profile))
    for model in models:
        assert model.gpu_memory <= profile.placement[model.stage].num_gpus
    assert sum(profile.placement[model.stage].num_gpus for model in models) <= 1


def test_without_a_gpu_nothing_asks_for_one() -> None:
    for name in ("cpu", "test"):
        profile = load_profile(name)
        assert not any(profile.stage(stage).required_modules() for stage in profile.placement)
        assert not any(place.num_gpus for place in profile.placement.values())
