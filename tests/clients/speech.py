"""What the client programs say: a second of noise, then silence, 24 kHz, in 100 ms pieces."""

import random
import struct

RATE = 24_000
PIECE_S = 0.1
_PIECE = round(RATE * PIECE_S)


def pieces(seconds: float = 12.0):
    dice = random.Random(1)
    for i in range(round(seconds / PIECE_S)):
        loud = 8000 if 3 <= i < 13 else 0
        yield struct.pack(f"<{_PIECE}h", *(dice.randint(-loud, loud) for _ in range(_PIECE)))
