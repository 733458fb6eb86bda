"""The figure counts answers, and what is asked was told."""

import pytest

from bench.recall import right_answers, talks


class Notebook:
    """A language model that reads out its instructions."""

    async def run(self, request, /):
        yield request.messages[0].text.lower()


@pytest.mark.parametrize("talk", talks(), ids=lambda talk: talk.language)
async def test_all_that_is_asked_was_told_and_is_no_part_of_the_instructions(talk):
    assert await right_answers(Notebook(), talk, talk.notes) == len(talk.asked)
    assert await right_answers(Notebook(), talk, "") == 0
