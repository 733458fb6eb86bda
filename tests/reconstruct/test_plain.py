from avatar_serving import images
from avatar_serving.avatars import package
from avatar_serving.flow import collect
from avatar_serving.media import Progress, ReconstructRequest
from avatar_serving.stages.reconstruct.plain import PlainReconstructConfig
from tests.avatars.pictures import colourful


async def test_progress_then_a_package() -> None:
    request = ReconstructRequest(images.from_array(colourful()))
    *progress, made = await collect(PlainReconstructConfig().build().run(request))
    assert all(isinstance(step, Progress) for step in progress) and progress
    assert isinstance(made, bytes)
    manifest = package.inspect(made)
    assert manifest.engine.name == "plain"
    assert (manifest.source.width, manifest.source.height) == (96, 96)
    assert package.load(made).background.shape == (64, 64, 3)
