"""Facts about a portrait, put into one English sentence."""

from avatar_serving.media import Description

SURE = 0.8
"""How sure the network must be of a gender for it to be named."""


def subject(age: float, female: float) -> str:
    """Such as 'a woman in her thirties'."""
    gender = "woman" if female >= SURE else "man" if female <= 1 - SURE else "person"
    young = {"woman": "girl", "man": "boy", "person": "child"}[gender]
    whose = {"woman": "her", "man": "his", "person": "their"}[gender]
    if age < 3:
        return "a toddler"
    if age < 13:
        return f"a young {young}" if young != "child" else "a child"
    if age < 20:
        return f"a teenage {young}" if young != "child" else "a teenager"
    decades = ("twenties", "thirties", "forties", "fifties", "sixties", "seventies")
    if age >= 80:
        return f"an elderly {gender}"
    return f"a {gender} in {whose} {decades[int(age // 10) - 2]}"


def describe(facts: dict[str, str | None]) -> Description:
    """*facts* has subject, framing, expression and facing, and what is known of hair, clothing
    and background."""
    known = {name: value for name, value in facts.items() if value}
    having = [known[name] for name in ("hair", "expression") if name in known]
    text = f"{known['framing'].capitalize()} of {known['subject']} with {' and '.join(having)}"
    text += f", {known['facing']}"
    if "clothing" in known:
        text += f", wearing {known['clothing']}"
    if "background" in known:
        text += f", in front of {known['background']}"
    return Description(tuple(known.items()), text + ".")
