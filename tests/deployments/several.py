"""An engine that looks at several pictures of a person, scripted: the real settings, and a plain
avatar of the first."""

from avatar_serving.avatars.plain import plain_package
from avatar_serving.config import load_profile
from avatar_serving.images import to_array
from avatar_serving.media import Progress
from avatar_serving.stages.reconstruct.uika import UikaReconstructConfig


def several_profile(pictures=4):
    engine = UikaReconstructConfig(pictures=pictures)
    return load_profile("test").model_copy(update={"reconstruct": engine})


class Maker:
    def __init__(self):
        self.widths = []
        """Of the pictures that were looked at last, the main one first."""

    async def run(self, request, /):
        self.widths = [each.width for each in (request.image, *request.more)]
        yield Progress("network", 0.6, "Seeing the head")
        yield plain_package(to_array(request.image))
