import hypothesis.strategies as st
from hypothesis import given

from avatar_serving.session.turns import (
    Act,
    AnswerHeard,
    AnswerStarted,
    Floor,
    Judged,
    Patience,
    Silence,
    SpeechPaused,
    SpeechStarted,
    Turns,
)

MODEL = Patience(certain_s=0.2, fallback_s=1.0, judged=True)
PLAIN = Patience(certain_s=0.5, fallback_s=0.5, judged=False)


def acts(turns, *heard):
    return [act for event in heard for act in turns.feed(event)]


def test_a_finished_sentence_is_committed_after_a_short_pause():
    turns = Turns(MODEL)
    assert acts(turns, SpeechStarted(1.0), SpeechPaused(2.0)) == [Act.OPEN, Act.JUDGE, Act.DRAFT]
    assert acts(turns, Judged(2.0, 0.95), Silence(2.25)) == [Act.COMMIT]
    assert turns.floor is Floor.FREE


def test_half_a_sentence_is_waited_for():
    turns = Turns(MODEL)
    acts(turns, SpeechStarted(1.0), SpeechPaused(2.0), Judged(2.0, 0.03))
    assert acts(turns, Silence(2.9)) == []
    assert acts(turns, SpeechStarted(2.95)) == [Act.DROP_DRAFT]
    assert acts(turns, SpeechPaused(4.0), Judged(4.0, 0.9), Silence(4.3)) == [
        Act.JUDGE, Act.DRAFT, Act.COMMIT,
    ]  # fmt: skip


def test_an_unfinished_sentence_is_answered_in_the_end():
    turns = Turns(MODEL)
    acts(turns, SpeechStarted(1.0), SpeechPaused(2.0), Judged(2.0, 0.03))
    assert acts(turns, Silence(3.1)) == [Act.COMMIT]


def test_an_opinion_about_an_older_pause_does_not_count():
    turns = Turns(MODEL)
    acts(turns, SpeechStarted(1.0), SpeechPaused(2.0), SpeechStarted(2.3), SpeechPaused(3.0))
    assert acts(turns, Judged(2.0, 0.99), Silence(3.4)) == []


def test_without_a_model_the_pause_alone_decides():
    turns = Turns(PLAIN)
    assert acts(turns, SpeechStarted(0.0), SpeechPaused(1.0)) == [Act.OPEN, Act.DRAFT]
    assert acts(turns, Silence(1.4)) == []
    assert acts(turns, Silence(1.5)) == [Act.COMMIT]


def test_speaking_takes_the_floor_from_the_avatar():
    turns = Turns(PLAIN)
    assert acts(turns, AnswerStarted(), SpeechStarted(5.0)) == [Act.OPEN, Act.STOP_ANSWER]
    assert not turns.answering


def test_an_uninterruptible_avatar_goes_on():
    turns = Turns(PLAIN, interruptible=False)
    assert acts(turns, AnswerStarted(), SpeechStarted(5.0)) == [Act.OPEN]
    assert turns.answering


EVENTS = st.sampled_from(["start", "pause", "yes", "no", "wait", "answer", "heard"])


@given(st.lists(EVENTS, max_size=60), st.sampled_from([MODEL, PLAIN]))
def test_no_order_of_events_breaks_the_floor(names, patience):
    """Each commit closes one open turn; drafts only live in pauses; one answer is stopped once."""
    turns, now, is_open, drafted = Turns(patience), 0.0, False, False
    for name in names:
        now += 0.3
        event = {
            "start": SpeechStarted(now),
            "pause": SpeechPaused(now),
            "yes": Judged(turns._paused_s, 0.9),
            "no": Judged(turns._paused_s, 0.1),
            "wait": Silence(now),
            "answer": AnswerStarted(),
            "heard": AnswerHeard(),
        }[name]
        was_answering = turns.answering
        for act in turns.feed(event):
            match act:
                case Act.OPEN:
                    assert not is_open
                    is_open = True
                case Act.DRAFT:
                    assert is_open and not drafted
                    drafted = True
                case Act.DROP_DRAFT:
                    assert drafted
                    drafted = False
                case Act.COMMIT:
                    assert is_open and drafted
                    is_open = drafted = False
                case Act.STOP_ANSWER:
                    assert was_answering and not turns.answering
                case Act.JUDGE:
                    assert is_open
