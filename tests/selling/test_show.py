"""Scripts of operators, viewers' comments, and what may be promised."""

from pathlib import Path

import pytest

from avatar_serving.errors import InvalidRequest
from avatar_serving.flow import collect
from avatar_serving.selling.comments import Comment, Comments, nearest
from avatar_serving.selling.honesty import founded, unfounded
from avatar_serving.selling.show import Product, Show
from avatar_serving.selling.wording import answer_to, read_out

MUG = Product(name="Travel mug", price="19 euros", facts=("Keeps tea hot for 6 hours",))
LAMP = Product(name="Desk lamp", facts=("Three colours of light",))


def script(folder: Path, text: str) -> Path:
    path = folder / "show.yaml"
    path.write_text(text)
    return path


def test_a_script_is_read(tmp_path) -> None:
    text = "host: Mia\nproducts:\n  - {name: Mug, price: 19 euros, facts: [Red]}\n"
    show = Show.read(script(tmp_path, text))
    assert show.host == "Mia" and show.products[0].told == "Mug costs 19 euros; Red."


def test_the_example_is_one() -> None:
    show = Show.read(Path(__file__).parents[2] / "examples" / "show.yaml")
    for product in show.products:
        assert unfounded(product.pitch, product.told) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("products: []", "products"), ("products: [{name: Mug, cost: 3}]", "products.0.cost"),
        ("products: [", "show.yaml"), ("- 1", "the file"),
    ],
)  # fmt: skip
def test_a_script_that_is_wrong_is_refused_with_the_place(tmp_path, text: str, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        Show.read(script(tmp_path, text))


def test_a_script_that_is_absent_is_refused(tmp_path) -> None:
    with pytest.raises(InvalidRequest, match="No such file"):
        Show.read(tmp_path / "none.yaml")


def comments(*texts: str) -> Comments:
    waiting = Comments()
    for number, text in enumerate(texts):
        waiting.add(Comment(f"viewer {number}", text))
    return waiting


def test_questions_about_the_product_come_first() -> None:
    waiting = comments("hello!!", "Where are you from?", "Is the mug hot for hours?", "nice mug")
    asked = [waiting.take(MUG) for _ in range(5)]
    said = [comment.text for comment in asked if comment]
    assert said == ["Is the mug hot for hours?", "Where are you from?", "nice mug", "hello!!"]


def test_a_comment_is_about_the_product_that_it_names() -> None:
    both = (MUG, LAMP)
    asked = [Comment("a", text) for text in ("Is the lamp bright?", "hot tea?", "and the colour?")]
    assert [nearest(comment, both, MUG) for comment in asked] == [LAMP, MUG, MUG]
    assert nearest(asked[2], both, LAMP) == LAMP


def test_the_same_words_are_answered_once_and_floods_do_not_grow() -> None:
    waiting = Comments()
    assert waiting.add(Comment("a", "Is it red?"))
    assert not waiting.add(Comment("b", "is it  RED"))
    assert not waiting.add(Comment("c", "x" * 500)) and not waiting.add(Comment("d", " ?"))
    waiting.take(MUG)
    assert not waiting.add(Comment("a", "Is it red?"))
    for number in range(1000):
        waiting.add(Comment("bot", f"buy {number}"))
    assert len(waiting) == 200


@pytest.mark.parametrize(
    ("clause", "found"),
    [
        ("It costs 19 euros.", None), ("It keeps tea hot for 6 hours.", None),
        ("It costs 9 euros.", "9"), ("Now with a discount!", "discount"),
        ("It comes with free shipping.", "free"), ("现在打折。", "打折"),
        ("It is lovely.", None),
    ],
)  # fmt: skip
def test_figures_and_promises_need_the_operators_word(clause: str, found: str | None) -> None:
    assert unfounded(clause, MUG.told) == found


async def test_what_is_unfounded_is_left_out() -> None:
    async def clauses(*texts: str):
        for text in texts:
            yield text

    kept = founded(clauses("A fine mug.", "Only 5 euros!", "19 euros."), MUG.told, "Unsure.")
    assert await collect(kept) == ["A fine mug.", "Unsure.", "19 euros."]
    wild = founded(clauses("50% off!", "Guaranteed!"), MUG.told, "Unsure.")
    assert await collect(wild) == ["Unsure."]


def test_a_comment_is_read_out_and_asked_in_one_line() -> None:
    show, comment = Show(host="Mia", products=(MUG,)), Comment("Eve\n", " Is it\n\nred? ")
    asked = answer_to(show, MUG, comment)
    assert asked.messages[-1].text.splitlines()[:3] == [MUG.told, "", "Is it red?"]
    assert MUG.told not in asked.messages[0].text
    assert read_out(show, comment) == "Eve writes: Is it red?"
    assert read_out(show, Comment("Cy", "hello")) == "Cy writes: hello. Thank you for writing!"
