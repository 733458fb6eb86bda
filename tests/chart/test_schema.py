"""values.schema.json is what the models say."""

from scripts import chart_schema


def test_the_schema_is_up_to_date():
    assert chart_schema.FILE.read_text() == chart_schema.written(), "run: python -m scripts.options"
