from bench.recognition import plain_words, word_errors


def test_numbers_and_marks_are_spelt():
    assert plain_words("10 of Clubs.") == ["ten", "of", "clubs"]
    assert plain_words("55, Mr. Dashwood!") == ["five", "five", "mister", "dashwood"]


def test_errors_are_the_fewest_edits():
    wanted = "go forward ten meters".split()
    assert word_errors(wanted, wanted) == 0
    assert word_errors(wanted, "go for word ten meters".split()) == 2
    assert word_errors(wanted, []) == 4
    assert word_errors([], ["noise"]) == 1
