"""The pictures of a film, any of which may be wanted next: too many for memory, kept as JPEG."""

from tempfile import TemporaryFile

import cv2
import numpy as np

from avatar_serving.between import Picture

_QUALITY = (
    cv2.IMWRITE_JPEG_QUALITY, 95,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
)  # fmt: skip


class Shelf:
    """Its file, which has no name, goes when it is closed."""

    def __init__(self) -> None:
        self._file = TemporaryFile()
        self._ends = [0]

    def close(self) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> Picture:
        self._file.seek(self._ends[number])
        stored = self._file.read(self._ends[number + 1] - self._ends[number])
        picture = cv2.imdecode(np.frombuffer(stored, np.uint8), cv2.IMREAD_COLOR)
        return np.ascontiguousarray(np.asarray(picture, np.uint8)[..., ::-1])

    def add(self, picture: Picture) -> None:
        _, stored = cv2.imencode(".jpg", np.ascontiguousarray(picture[..., ::-1]), _QUALITY)
        self._file.seek(self._ends[-1])
        self._file.write(stored.tobytes())
        self._ends.append(self._ends[-1] + len(stored))
