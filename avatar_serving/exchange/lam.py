"""LAM chat packages (github.com/aigc3d/LAM): what is in the zip, and how its space lies in ours.

One folder, with an entry of its own, holds ``skin.glb`` (a skinned mesh with ARKit morphs, metres,
y up, facing +z), ``offset.ply`` (for each of its vertices a splat: offset, plain RGB, opacity
logit, logarithms of scales, rotation w x y z), ``animation.glb`` and ``vertex_order.json``.
"""

SKIN, OFFSETS = "skin.glb", "offset.ply"
ANIMATION, ORDER = "animation.glb", "vertex_order.json"
CREDITS = "avatar.json"
"""Ours, in packages exported here: name, id and licences. Players ignore it."""
BODY_JOINT, HEAD_JOINT = "hip", "head"
"""Names that players look for."""
EYE_LEVEL_M = 1.62
"""Height above the floor that players look at."""
