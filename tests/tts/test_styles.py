from avatar_serving.stages.tts.styles import Measure, style_tags


def group(**changes: dict[str, float]) -> dict[str, Measure]:
    """Nine voices in a row, the middle one ordinary in every way; *changes* to some of them."""
    rows = {
        f"v{i}": {"pitch_st": 0.2 * i, "range_st": 7 + 0.2 * i, "pace": 12 + 0.2 * i,
                  "brightness_db": -14 + 0.2 * i}
        for i in range(9)
    }  # fmt: skip
    return {
        name: Measure("en female", **{**row, **changes.get(name, {})}) for name, row in rows.items()
    }


def test_an_ordinary_voice_has_no_style() -> None:
    assert style_tags("v4", group()) == ()


def test_voices_that_stand_out() -> None:
    low = style_tags("v0", group(v0={"pitch_st": -4.0}))
    assert low == ("mature", "calm", "warm", "unhurried", "gentle")
    high = style_tags("v8", group(v8={"pitch_st": 5.0}))
    assert high == ("youthful", "lively", "bright", "brisk", "sunny")


def test_sunny_voices_are_not_slow() -> None:
    tags = style_tags("v8", group(v8={"pace": 9.0}))
    assert "unhurried" in tags and "sunny" not in tags


def test_a_pitch_that_jumps_says_nothing() -> None:
    assert style_tags("v8", group(v8={"range_st": 18.0, "pitch_st": 9.0})) == ("bright", "brisk")


def test_too_few_voices_to_compare() -> None:
    two = {name: measure for name, measure in group().items() if name in ("v0", "v8")}
    assert style_tags("v0", two) == ()
    assert style_tags("nobody", two) == ()
