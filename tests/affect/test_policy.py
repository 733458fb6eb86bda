"""The mood follows the user, and does not flicker."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from avatar_serving.affect.answer import while_saying
from avatar_serving.affect.face import Seen, feeling_of
from avatar_serving.affect.feeling import USER_EMOTIONS, Feeling
from avatar_serving.affect.notice import Notice, line_for
from avatar_serving.affect.policy import MoodPolicy, Patience
from avatar_serving.media import Mood

strength = st.floats(0, 1)
feelings = st.builds(Feeling, **dict.fromkeys(USER_EMOTIONS, strength))
moments = st.tuples(st.floats(0.01, 3.0), st.sampled_from(["said", "seen", "now"]), feelings)


def played(policy, story):
    """(time, mood) of every change."""
    at_s, changes = 0.0, []
    for wait_s, kind, feeling in story:
        at_s += wait_s
        mood = policy.now(at_s) if kind == "now" else getattr(policy, kind)(at_s, feeling)
        if mood is not None:
            assert mood == policy.mood
            changes.append((at_s, mood))
    return changes


@given(st.lists(moments, max_size=60))
def test_it_never_flickers(story):
    patience = Patience()
    changes = [(0.0, Mood()), *played(MoodPolicy(patience), story)]
    turns = [b[0] for a, b in pairwise(changes) if a[1].emotion != b[1].emotion]
    assert all(b - a >= patience.hold_s - 1e-9 for a, b in pairwise(turns))
    steps = [b[0] - a[0] for a, b in pairwise(changes[1:]) if a[1].emotion == b[1].emotion]
    assert all(wait_s >= patience.step_s - 1e-9 for wait_s in steps)
    assert all(0 <= mood.intensity <= 1 for _, mood in changes)


@given(st.lists(moments, max_size=20), feelings)
def test_it_settles(story, feeling):
    """The same face for long enough: nothing changes any more."""
    policy = MoodPolicy()
    played(policy, [*story, *[(0.25, "seen", feeling)] * 400])
    assert not played(policy, [(200.0, "seen", feeling)] * 10)[1:]


@given(st.lists(moments, max_size=40))
def test_it_forgets(story):
    policy = MoodPolicy()
    played(policy, [*story, *[(0.5, "seen", Feeling())] * 300])
    assert policy.mood == Mood()


def test_a_smile_is_smiled_back_at_after_a_moment():
    policy = MoodPolicy()
    smile = feeling_of(Seen(smile=0.9))
    changes = played(policy, [(0.1, "seen", smile)] * 30)
    assert changes[0][1].emotion == "joy"
    assert 0.5 <= changes[0][0] < 1.5


def test_a_twitch_is_not():
    policy = MoodPolicy()
    story = [(0.1, "seen", feeling_of(Seen(smile=0.9 if i % 10 < 2 else 0.0))) for i in range(50)]
    assert not played(policy, story)


def test_sad_words_bring_concern_at_once_which_fades():
    policy = MoodPolicy()
    mood = policy.said(1.0, Feeling(sadness=0.9))
    assert mood is not None and mood.emotion == "concern" and mood.intensity > 0.7
    assert policy.now(3.0) is None
    assert played(policy, [(4.0, "now", Feeling())] * 20)[-1][1] == Mood()


def test_anger_is_not_mirrored():
    assert MoodPolicy().said(0.0, Feeling(anger=1.0)) == Mood("concern", 0.7)


def test_a_clause_has_its_own_face():
    concern = Mood("concern", 0.6)
    assert while_saying("That is wonderful news!", Mood()).emotion == "joy"
    assert while_saying("The shop opens at nine.", Mood()) == Mood()
    assert while_saying("The shop opens at nine.", concern) == concern
    assert while_saying("I hope you feel happy again.", concern) == concern
    assert while_saying("我很难过听到这个。", Mood()).emotion == "concern"


def test_expressions():
    def strongest(**values):
        return feeling_of(Seen(**values)).strongest[0]

    assert strongest(smile=0.8) == "joy"
    assert strongest(frown=0.6, brow_raise=0.3) == "sadness"
    assert strongest(brow_furrow=0.7) == "anger"
    assert strongest(brow_raise=0.8, eye_wide=0.6, jaw_open=0.6) == "surprise"
    assert strongest(nose_wrinkle=0.6, brow_furrow=0.3) == "disgust"
    assert feeling_of(Seen(smile=1.0, attention=0.0)) == Feeling()


def test_a_wave_is_met_with_a_smile():
    changes = played(MoodPolicy(), [(0.25, "seen", feeling_of(Seen(gesture="wave")))] * 12)
    assert [mood.emotion for _, mood in changes][0] == "joy"
    assert line_for(Notice(seen=Seen(gesture="wave")), "en") == "The user waved."


def test_the_language_model_is_told_in_one_line():
    sad = Notice(words=Feeling(sadness=0.8), seen=Seen(brow_furrow=0.9))
    assert line_for(sad, "en") == "The user sounds sad and is frowning."
    assert line_for(sad, "zh") == "用户听起来难过，皱着眉头。"
    nod = Notice(seen=Seen(smile=0.9, gesture="nod"), arousal=0.8)
    assert line_for(nod, "en") == "The user sounds agitated, is smiling and nodded."
    assert line_for(Notice(seen=Seen(attention=0.1)), "en") == "The user is looking away."
    assert line_for(Notice(), "en") == ""
