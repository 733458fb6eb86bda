"""The voices of Kokoro that speak our languages."""

from avatar_serving.stages.tts.voices import Gender, Voice, child_of, styled

_NAMES = {
    "af": "heart bella nicole aoede kore sarah nova sky alloy jessica river",
    "am": "michael fenrir puck echo eric liam onyx adam santa",
    "bf": "emma isabella alice lily",
    "bm": "george fable lewis daniel",
    "zf": "xiaoxiao xiaobei xiaoyi xiaoni",
    "zm": "yunxi yunjian yunxia yunyang",
}
"""By the accent and gender that an id begins with; better ones first."""
_KNOWN = {
    "nicole": ("whispering",),
    "xiaobei": ("northeastern accent",),
    "xiaoni": ("shaanxi accent",),
}
"""What no measure tells. A recogniser of standard Mandarin understands little of xiaoni."""
_CHILDREN: dict[str, tuple[str, float, Gender]] = {
    "af_jessica": ("Poppy", 5.0, "female"),
    "af_river": ("Finn", 6.0, "male"),
    "zf_xiaoxiao": ("Xiaomei", 3.0, "female"),
}
"""Women's voices that make a child's: its name, semitones to about 270 Hz, and whom it suits. A
man's would need more than an octave."""
_LANGUAGES = {"a": ("en", "american"), "b": ("en", "british"), "z": ("zh", "mandarin")}


def _voices() -> tuple[Voice, ...]:
    found: list[Voice] = []
    for prefix, names in _NAMES.items():
        language, accent = _LANGUAGES[prefix[0]]
        gender: Gender = "female" if prefix[1] == "f" else "male"
        found += [
            Voice(f"{prefix}_{name}", name.capitalize(), language, gender, tags, "kokoro")
            for name in names.split()
            for tags in [(accent, *_KNOWN.get(name, ()))]
        ]
    recorded = [styled(voice) for voice in found]
    children = [
        child_of(voice, *_CHILDREN[voice.id]) for voice in recorded if voice.id in _CHILDREN
    ]
    return (*recorded, *children)


KOKORO_VOICES = _voices()
