"""Speech whose phones a speech engine timed, ready for a face."""

from avatar_serving.media import AnimateRequest
from avatar_serving.stages.animate.face import Speaking
from avatar_serving.stages.animate.mouth import mouth
from avatar_serving.stages.animate.quiet import hushed, track
from avatar_serving.stages.animate.segments import segments
from avatar_serving.stages.animate.sound import listen, prosody
from avatar_serving.stages.animate.timeline import Timeline


def speaking_of(request: AnimateRequest, line: Timeline) -> Speaking:
    """From the phones of *request*; its sound says where they pause and what the head does."""
    spoken = segments(request.phones, request.seconds)
    if request.audio is None:
        return Speaking(mouth(spoken, line), spoken)
    sound = listen(request.audio)
    spoken = hushed(spoken, track(sound, request.seconds))
    return Speaking(mouth(spoken, line), spoken, prosody(sound, line))
