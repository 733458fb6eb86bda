"""A film of a disc that goes right, as a bank: where it stands is what a leap costs."""

import cv2
import numpy as np

from avatar_serving.footage.bank import FilmBank
from avatar_serving.stages.animate.matching import Bank

FPS = 30
COUNT = 60
RESTS = ((40, 60),)


class Discs:
    """Pictures 0 to COUNT - 1; the disc goes on by two pixels in each."""

    def __getitem__(self, number: int, /) -> np.ndarray:
        picture = np.full((64, 192, 3), 40, np.uint8)
        rows, columns = np.indices(picture.shape[:2])
        picture[..., 1] += ((rows * 7 + columns * 3) % 12).astype(np.uint8)
        cv2.circle(picture, (30 + 2 * number, 32), 14, (220, 200, 180), -1)
        return picture


def disc_film(cuts: tuple[int, ...] = ()) -> FilmBank:
    """*cuts*: pictures that begin another take. What picture n sounds like is n / 10."""
    rows = np.arange(COUNT)
    takes = np.searchsorted(np.array(cuts, int), rows, side="right")
    follows = np.append(np.diff(takes) == 0, False)
    bank = Bank(rows[:, None] / 10, rows[:, None] / 30, follows)
    opening = np.where(rows < RESTS[0][0], 0.3, 0.0)
    return FilmBank(bank, rows, takes, opening, RESTS, FPS)


def place(picture: np.ndarray) -> float:
    """Which picture of the film has its disc here."""
    bright = picture[..., 0] > 130
    return float((np.nonzero(bright)[1].mean() - 30) / 2)
