from datetime import UTC, datetime

import numpy as np
import pytest
import skimage.data
from pydantic import ValidationError

from avatar_serving.errors import InvalidRequest
from avatar_serving.images import from_array
from avatar_serving.safety.consent import Consent
from avatar_serving.safety.names import check_name, is_profane
from avatar_serving.safety.nsfw import NsfwClassifier


def test_consent_is_kept_with_its_time() -> None:
    consent = Consent(agreed=True, statement="This is a picture of me.")
    consent.check()
    kept = consent.model_dump(mode="json")
    assert kept["agreed"] is True and kept["statement"] == "This is a picture of me."
    assert Consent.model_validate(kept) == consent
    assert abs((datetime.now(UTC) - consent.at).total_seconds()) < 60


@pytest.mark.parametrize(
    ("consent", "param"),
    [
        (Consent(), "consent.agreed"),
        (Consent(agreed=False, statement="I agree"), "consent.agreed"),
        (Consent(agreed=True, statement="  "), "consent.statement"),
    ],
)
def test_without_consent_there_is_no_avatar(consent: Consent, param: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        consent.check()
    assert caught.value.param == param


def test_consent_has_no_other_fields() -> None:
    with pytest.raises(ValidationError):
        Consent.model_validate({"agreed": True, "statement": "x", "signed": "y"})


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Ada", "Ada"),
        ("  Grace \n Hopper ", "Grace Hopper"),
        ("王小明", "王小明"),
        ("O'Neil 2", "O'Neil 2"),
    ],
)
def test_names_are_cleaned(name: str, kept: str) -> None:
    assert check_name(name) == kept


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\u202eb", "a\0b", "Sh1t Head", "FÜCK"])
def test_names_that_cannot_be_used(name: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        check_name(name)
    assert caught.value.param == "name"


@pytest.mark.parametrize("name", ["Scunthorpe", "Dickens", "Hancock", "Cassandra"])
def test_innocent_names_pass(name: str) -> None:
    assert not is_profane(name)


@pytest.mark.weights
def test_a_portrait_is_safe() -> None:
    portrait = from_array(np.asarray(skimage.data.astronaut(), np.uint8))
    assert NsfwClassifier().score(portrait) < 0.1
