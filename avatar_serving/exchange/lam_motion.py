"""animation.glb of a LAM package: how the head moves of its own while somebody is in a state.

Players take the clips by their order: two to say hello, one idle, six speaking, three thinking.
"""

from typing import Any

import numpy as np

from avatar_serving.avatars.gltf import FLOAT, Document, packed
from avatar_serving.avatars.rig import Floats
from avatar_serving.exchange.lam import BODY_JOINT, HEAD_JOINT

RATE_HZ = 10
SWAY: tuple[tuple[str, float, float], ...] = (
    ("hello_1", 2.0, 2.5), ("hello_2", 8.0, 1.0), ("idle", 8.0, 1.0),
    *((f"speak_{i}", 2.0 + 0.4 * i, 2.0) for i in range(1, 7)),
    ("think_1", 1.2, 1.5), ("think_2", 3.0, 2.0), ("think_3", 1.2, 1.5),
)  # fmt: skip
"""Name, seconds, and how far the head turns (degrees)."""


def write_motion(pivot: tuple[float, float, float]) -> bytes:
    """A .glb of nothing but clips for the joints of `skinned.write`, each ending as it began."""
    document = Document()
    clips = [_clip(document, i, *clip) for i, clip in enumerate(SWAY)]
    tree: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "avatar-serving"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [
            {"name": BODY_JOINT, "children": [1]},
            {"name": HEAD_JOINT, "translation": [float(p) for p in pivot]},
        ],
        "animations": clips,
        "accessors": document.accessors,
        "bufferViews": document.views,
        "buffers": [{"byteLength": len(document.binary)}],
    }
    return packed(tree, bytes(document.binary))


def _clip(
    document: Document, number: int, name: str, seconds: float, degrees: float
) -> dict[str, Any]:
    count = round(seconds * RATE_HZ) + 1
    times = np.linspace(0, seconds, count, dtype=np.float32)
    turns = _turns(2 * np.pi * np.linspace(0, 1, count), np.radians(degrees), number)
    inputs = document.accessor(times[:, None], FLOAT, "SCALAR", bounds=True)
    outputs = document.accessor(turns, FLOAT, "VEC4")
    for entry in (inputs, outputs):  # keyframes are no vertices
        document.views[document.accessors[entry]["bufferView"]].pop("target")
    return {
        "name": name,
        "channels": [{"sampler": 0, "target": {"node": 1, "path": "rotation"}}],
        "samplers": [{"input": inputs, "output": outputs, "interpolation": "LINEAR"}],
    }


def _turns(phase: Floats, most: float, number: int) -> Floats:
    """Quaternions x, y, z, w of small turns about all axes, at rest at both ends."""
    rise = np.sin(phase / 2)
    x = most * 0.5 * rise * np.sin(phase + number)
    y = most * rise * np.sin(2 * phase + 2 * number)
    z = most * 0.4 * rise * np.sin(phase + 3 * number)
    half = np.stack([x, y, z], 1) / 2
    w = np.sqrt(1 - (half**2).sum(1))
    return np.column_stack([half, w]).astype(np.float32)
