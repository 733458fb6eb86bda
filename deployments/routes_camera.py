"""The models with which a page sees its user's face and hands. See docs/emotion.md.

They come from here so that no other site need be asked for them.
"""

import asyncio

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse

from avatar_serving import weights
from avatar_serving.errors import NotFound
from deployments.guard import require_key, services

router = APIRouter(tags=["camera"], dependencies=[Depends(require_key)])


@router.get("/v1/camera/face_landmarker.task")
async def face_landmarker(request: Request) -> FileResponse:
    """MediaPipe's face landmarker."""
    return await _bundle(request, "face-landmarker")


@router.get("/v1/camera/hand_landmarker.task")
async def hand_landmarker(request: Request) -> FileResponse:
    """MediaPipe's hand landmarker."""
    return await _bundle(request, "hand-landmarker")


async def _bundle(request: Request, weight: str) -> FileResponse:
    if not services(request).profile.camera:
        raise NotFound("camera model", weight)
    path = await asyncio.to_thread(weights.path, weight)
    cached = {"Cache-Control": "private, max-age=86400"}
    return FileResponse(path, media_type="application/octet-stream", headers=cached)
