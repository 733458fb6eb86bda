"""The sound of a film from a stranger, if it has one."""

from avatar_serving.errors import AudioRejected, FootageRejected, LimitExceeded
from avatar_serving.film.recording import Recording, read_recording
from avatar_serving.footage.reading import LONGEST_S, SHORTEST_S
from avatar_serving.uploads import open_upload


def heard_in(data: bytes) -> Recording | None:
    """None: there is nothing to be heard in it.

    Raises FootageRejected: decodable, it or its sound is damaged; length.
    """
    try:
        return read_recording(data, LONGEST_S + SHORTEST_S)
    except AudioRejected as error:
        if error.check == "decodable" and not _silent(data):
            raise FootageRejected("decodable", f"the film: {error.reason}") from error
        return None
    except LimitExceeded as error:
        told = "the film is too long; cut out one to three minutes"
        raise FootageRejected("length", told) from error


def _silent(data: bytes) -> bool:
    """It is a film, and has no sound."""
    from av.error import FFmpegError

    try:
        with open_upload(data) as file:
            return bool(file.streams.video) and not file.streams.audio
    except FFmpegError:
        return False
