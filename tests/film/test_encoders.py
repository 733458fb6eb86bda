"""Encoders are tried before they are used."""

import pytest

from avatar_serving.errors import StageFailed
from avatar_serving.film import encoders
from avatar_serving.film.encoders import NVENC, encoded_by, failing
from avatar_serving.film.formats import MOV, MP4, WEBM, Codec


def test_one_that_works_encodes_a_picture() -> None:
    assert failing(Codec("libx264", "yuv420p", {})) == ""
    assert "no_such_encoder" in failing(Codec("no_such_encoder", "yuv420p", {}))


def test_hardware_is_used_where_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoders, "failing", lambda _: "")
    for encoder in ("auto", "nvenc"):
        assert encoded_by(MP4, encoder, 512, 512).plain == NVENC
        assert encoded_by(MP4, encoder, 1280, 64) == MP4, "too small for it"
        assert encoded_by(WEBM, encoder, 512, 512) == WEBM
        assert encoded_by(MOV, encoder, 512, 512) == MOV
    assert encoded_by(MP4, "cpu", 512, 512) == MP4


def test_without_hardware_the_cpu_does_it_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(encoders, "failing", lambda _: "no GPU")
    assert encoded_by(MP4, "auto", 512, 512) == MP4
    with pytest.raises(StageFailed, match=r"h264_nvenc.*no GPU"):
        encoded_by(MP4, "nvenc", 512, 512)
