"""The voices of Kokoro that speak our languages."""

from avatar_serving.stages.tts.voices import Gender, Voice, child_of, styled

_NAMES = {
    "af": "heart bella nicole aoede kore sarah nova sky alloy jessica river",
    "am": "michael fenrir puck echo eric liam onyx adam santa",
    "bf": "emma isabella alice lily",
    "bm": "george fable lewis daniel",
    "zf": "xiaobei xiaoni xiaoxiao xiaoyi",
    "zm": "yunxi yunjian yunxia yunyang",
}
"""By the accent and gender that an id begins with; better ones first."""
_CHILDREN = {"af_heart": "Poppy", "am_puck": "Finn", "zf_xiaoyi": "Xiaomei", "zm_yunxia": "Xiaohu"}
"""Adult voices that still sound right as a child's, with the child's name."""
_LANGUAGES = {"a": ("en", "american"), "b": ("en", "british"), "z": ("zh", "mandarin")}


def _voices() -> tuple[Voice, ...]:
    found: list[Voice] = []
    for prefix, names in _NAMES.items():
        language, accent = _LANGUAGES[prefix[0]]
        gender: Gender = "female" if prefix[1] == "f" else "male"
        found += [
            Voice(f"{prefix}_{name}", name.capitalize(), language, gender, (accent,), "kokoro")
            for name in names.split()
        ]
    recorded = [styled(voice) for voice in found]
    children = [child_of(voice, _CHILDREN[voice.id]) for voice in recorded if voice.id in _CHILDREN]
    return (*recorded, *children)


KOKORO_VOICES = _voices()
