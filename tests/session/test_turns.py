import hypothesis.strategies as st
from hypothesis import given

from avatar_serving.session.turns import (
    Act,
    AnswerHeard,
    AnswerStarted,
    Floor,
    Judged,
    Patience,
    Recognised,
    Sense,
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
    assert acts(turns, Judged(2.0, 0.95), Silence(2.25)) == []
    assert acts(turns, Recognised(2.0, Sense.WORDS), Silence(2.26)) == [Act.COMMIT]
    assert turns.floor is Floor.FREE


def test_half_a_sentence_is_waited_for():
    turns = Turns(MODEL)
    acts(turns, SpeechStarted(1.0), SpeechPaused(2.0), Judged(2.0, 0.03))
    assert acts(turns, Silence(2.9)) == []
    assert acts(turns, SpeechStarted(2.95)) == [Act.DROP_DRAFT]
    said = [SpeechPaused(4.0), Judged(4.0, 0.9), Recognised(4.0, Sense.WORDS), Silence(4.3)]
    assert acts(turns, *said) == [Act.JUDGE, Act.DRAFT, Act.COMMIT]


def test_words_that_hang_in_the_air_are_waited_for():
    turns = Turns(MODEL)
    acts(turns, SpeechStarted(1.0), SpeechPaused(2.0), Judged(2.0, 0.99))
    assert acts(turns, Recognised(2.0, Sense.UNFINISHED), Silence(2.9)) == []
    assert acts(turns, Silence(3.0)) == [Act.COMMIT]


def test_noise_is_not_waited_for():
    turns = Turns(MODEL)
    acts(turns, SpeechStarted(1.0), SpeechPaused(2.0))
    assert acts(turns, Recognised(2.0, Sense.NOTHING), Silence(2.1)) == [Act.COMMIT]


def test_who_speaks_on_has_interrupted():
    turns = Turns(MODEL)
    acts(turns, AnswerStarted(), SpeechStarted(5.0))
    assert acts(turns, Silence(6.1)) == []
    assert acts(turns, Silence(6.3), Silence(7.0)) == [Act.GIVE_UP]


def test_an_avatar_that_hears_itself_wants_words():
    turns = Turns(MODEL)
    turns.cautious = True
    assert acts(turns, AnswerStarted(), SpeechStarted(5.0), Silence(5.5)) == []
    assert acts(turns, Silence(5.8)) == [Act.PROBE]
    assert acts(turns, Recognised(5.8, Sense.ASIDE), SpeechPaused(6.0)) == [Act.PROBE]
    assert acts(turns, Recognised(6.0, Sense.ASIDE)) == []
    assert turns.floor is Floor.FREE and turns.answering
    acts(turns, SpeechStarted(7.0), Silence(7.8))
    assert acts(turns, Recognised(7.8, Sense.WORDS)) == [Act.OPEN, Act.STOP_ANSWER]
    assert not turns.answering


def test_what_is_said_aside_counts_once_the_avatar_has_finished():
    turns = Turns(MODEL)
    turns.cautious = True
    acts(turns, AnswerStarted(), SpeechStarted(5.0))
    assert acts(turns, AnswerHeard()) == [Act.OPEN]
    assert acts(turns, SpeechPaused(6.0)) == [Act.JUDGE, Act.DRAFT]


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


EVENTS = st.sampled_from(
    ["start", "pause", "yes", "no", "wait", "answer", "heard", "words", "aside", "nothing"]
)


@given(st.lists(EVENTS, max_size=60), st.sampled_from([MODEL, PLAIN]), st.booleans())
def test_no_order_of_events_breaks_the_floor(names, patience, cautious):
    """Each commit closes one open turn; drafts only live in pauses; one answer is stopped once."""
    turns, now, is_open, drafted, held = Turns(patience), 0.0, False, False, False
    turns.cautious = cautious
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
            "words": Recognised(turns._paused_s, Sense.WORDS),
            "aside": Recognised(turns._paused_s, Sense.ASIDE),
            "nothing": Recognised(turns._paused_s, Sense.NOTHING),
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
                    is_open = drafted = held = False
                case Act.STOP_ANSWER:
                    assert was_answering and not turns.answering and not held
                    held = True
                case Act.GIVE_UP:
                    assert held
                    held = False
                case Act.PROBE:
                    assert turns.aside and not is_open
                case Act.JUDGE:
                    assert is_open
