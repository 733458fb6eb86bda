"""How the loops over pixels and splats are compiled: once, for one core, letting go of the lock."""

from typing import Any

from numba import njit

compiled: Any = njit(cache=True, fastmath=True, nogil=True)
inlined: Any = njit(cache=True, fastmath=True, nogil=True, inline="always")
