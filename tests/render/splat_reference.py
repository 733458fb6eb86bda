"""Splats drawn as they are defined: slowly, in plain numpy."""

import numpy as np


def deformation(rest, posed):
    """J of one triangle, from its corners (3, 3) at rest and posed, without bounds."""

    def frame(corners):
        first, second = corners[1] - corners[0], corners[2] - corners[0]
        normal = np.cross(first, second)
        return np.stack([first, second, normal / np.linalg.norm(normal)], 1)

    return frame(posed.astype(float)) @ np.linalg.inv(frame(rest.astype(float)))


def drawn(order, points, spreads, colours, opacities, height, width):
    """(picture (h, w, 3), what still passes (h, w))."""
    y, x = np.mgrid[:height, :width] + 0.5
    picture, through = np.zeros((height, width, 3)), np.ones((height, width))
    for n in order:
        xx, xy, yy = spreads[n].astype(float)
        inverse = np.linalg.inv([[xx, xy], [xy, yy]])
        apart = np.stack([x - points[n, 0], y - points[n, 1]], -1)
        power = np.einsum("hwi,ij,hwj->hw", apart, inverse, apart) / 2
        alpha = np.minimum(0.999, opacities[n] * np.exp(-power)) * (power <= 4.5)
        picture += (through * alpha)[..., None] * colours[n]
        through = through * (1 - alpha)
    return picture, through
