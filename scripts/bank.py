"""Make the frame bank of the `bank` engine: speak samples, keep how they sound and what lips do.

python -m scripts.bank [OUT.npz]; needs the weights of the CPU profile's voices.
"""

import asyncio
import sys
from pathlib import Path

import numpy as np

from avatar_serving.config import load_profile
from avatar_serving.flow import collect
from avatar_serving.media import AnimateRequest, Speech, SpeechRequest
from avatar_serving.stages.animate.bank import RATE_FPS, SHIPPED, open_ear, pose_of
from avatar_serving.stages.animate.features import Ear
from avatar_serving.stages.animate.sound import listen
from avatar_serving.stages.animate.timed import speaking_of
from avatar_serving.stages.animate.timeline import Floats, timeline

SAMPLES: dict[tuple[str, str], tuple[str, ...]] = {
    ("hibari", "en"): (
        "Bob may move the big wooden box, while Mary happily picks blueberries.",
        "You should choose a few new shoes, shouldn't you? Thank them for the view.",
        "Put the map back on top of the shelf, below the yellow lamp.",
    ),
    ("af_heart", "en"): (
        "Every evening we walk by the river and watch five white boats float past.",
    ),
    ("am_michael", "en"): (
        "Peter's brother thought the weather was awful, so both boys stayed at home.",
        "Please bring my umbrella, it might be raining all afternoon.",
    ),
    ("bf_emma", "en"): ("Oh, how lovely! A warm apple pie, a cup of tea, and a good old book.",),
    ("bm_george", "en"): (
        "Measure the voltage twice, judge the charge, and vary it very slowly.",
        "Half of the family moved from Bombay to Memphis before spring.",
    ),
    ("zf_xiaobei", "zh"): ("爸爸妈妈明天早上坐飞机去北京，我和朋友在家喝茶。",),
    ("zm_yunxi", "zh"): ("请不要把面包放在门口，买票的人非常多。",),
}
"""What each voice says: together every sound, next to most others."""


async def spoken() -> list[Speech]:
    tts = load_profile("cpu").tts.build()
    requests = [
        SpeechRequest(text, voice, language)
        for (voice, language), texts in SAMPLES.items()
        for text in texts
    ]
    return [part for request in requests for part in await collect(tts.run(request))]


def frames_of(speech: Speech, ear: Ear) -> tuple[Floats, Floats]:
    """Features and poses, frame by frame."""
    request = AnimateRequest(speech.audio.seconds, speech.phones, audio=speech.audio)
    line = timeline(request, RATE_FPS)
    return (
        ear.features(listen(speech.audio), line.stretch_s),
        pose_of(speaking_of(request, line).mouth),
    )


def written(speeches: list[Speech], out: Path) -> int:
    """Write a bank; returns how many frames it has."""
    ear = open_ear()
    heard, poses = zip(*(frames_of(speech, ear) for speech in speeches), strict=True)
    follows = np.concatenate([np.arange(len(pose)) < len(pose) - 1 for pose in poses])
    np.savez_compressed(
        out,
        heard=np.concatenate(heard).astype(np.float16),
        poses=np.concatenate(poses).astype(np.float16),
        follows=follows,
    )
    return len(follows)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED
    print(f"{written(asyncio.run(spoken()), target)} frames in {target}")
