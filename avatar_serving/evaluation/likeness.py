"""Is it still the same person? Input view, and face descriptors over the expression range."""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving import images, weights
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.errors import ImageRejected
from avatar_serving.evaluation.results import Identity, Likeness, Resemblance
from avatar_serving.evaluation.stand import Stand
from avatar_serving.faces import FaceFinder
from avatar_serving.faces.identity import SAME_PERSON, Descriptor, IdentityModel, distance

Pixels = NDArray[np.uint8]

VIEWS: dict[str, dict[str, float]] = {
    "neutral": {},
    "jaw half open": {"jawOpen": 0.5},
    "blink": {"eyeBlink": 1.0},
    "smile": {"mouthSmile": 0.9},
    "oo": {"mouthPucker": 0.8, "jawOpen": 0.2},
    "brows up": {"browInnerUp": 1.0, "browOuterUp": 1.0},
    "yaw 10": {"headYaw": 10.0},
    "yaw -10": {"headYaw": -10.0},
    "yaw 20": {"headYaw": 20.0},
    "yaw -20": {"headYaw": -20.0},
    "pitch 12": {"headPitch": 12.0},
    "pitch -12": {"headPitch": -12.0},
}
OTHERS = ("portrait-astronaut", "portrait-admiral")
"""Weights: pictures of people whom the avatar is told from."""
MYSELF = 0.3
"""A picture nearer than this is of the avatar's own person, and is no impostor."""


def resemblance(drawn: Pixels, picture: Pixels) -> Resemblance:
    """Two pictures (size, size, 3)."""
    error = np.mean((drawn.astype(np.float64) - picture) ** 2)
    psnr = 10 * np.log10(255**2 / max(float(error), 1e-6))
    return Resemblance(psnr_db=round(float(psnr), 2), ssim=round(ssim(drawn, picture), 4))


def ssim(one: Pixels, other: Pixels) -> float:
    """Structural similarity (Wang et al. 2004): luminance, Gaussian windows of sigma 1.5."""
    a, b = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(np.float64) for p in (one, other))
    mean_a, mean_b = _blurred(a), _blurred(b)
    spread_a, spread_b = _blurred(a * a) - mean_a**2, _blurred(b * b) - mean_b**2
    shared = _blurred(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    top = (2 * mean_a * mean_b + c1) * (2 * shared + c2)
    return float((top / ((mean_a**2 + mean_b**2 + c1) * (spread_a + spread_b + c2))).mean())


def identity(stand: Stand, model: IdentityModel, portrait: Pixels | None) -> Identity:
    """Of VIEWS against *portrait*; without one, against the rest view.

    Raises:
        ImageRejected: no face is found in what is compared with.
    """
    rest = stand.draw(stand.rig.rest_weights, photo=1.0)
    own = describe(stand.finder, model, rest if portrait is None else portrait)
    views = {name: stand.view(pose_values(named)) for name, named in VIEWS.items()}
    distances = {
        name: distance(model.describe(view.picture, view.face), own) if view.face else None
        for name, view in views.items()
    }
    found = [d for d in distances.values() if d is not None]
    return Identity(
        reference="rest view" if portrait is None else "portrait",
        views=tuple(
            Likeness(view=name, distance=None if d is None else round(d, 4))
            for name, d in distances.items()
        ),
        yaw=stand.rig.yaw,
        worst=round(max(found), 4) if len(found) == len(distances) else None,
        mean=round(float(np.mean(found)), 4) if found else None,
        impostor=round(impostor(stand.finder, model, own), 4),
        same_person=SAME_PERSON,
    )


def describe(finder: FaceFinder, model: IdentityModel, picture: Pixels) -> Descriptor:
    """Of the largest face. Raises ImageRejected: there is none."""
    faces = finder.find(picture, limit=1)
    if not faces:
        raise ImageRejected("face", "No face was found in the picture.")
    return model.describe(picture, faces[0])


def impostor(finder: FaceFinder, model: IdentityModel, own: Descriptor) -> float:
    """The distance of the nearest of OTHERS who is not the same person."""
    pictures = (images.decode(weights.path(name).read_bytes()) for name in OTHERS)
    others = (describe(finder, model, images.to_array(picture)) for picture in pictures)
    return min(d for other in others if (d := distance(own, other)) > MYSELF)


def _blurred(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(cv2.GaussianBlur(values, (11, 11), 1.5), np.float64)
