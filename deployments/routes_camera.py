"""The model with which a page sees its user's expression. See docs/emotion.md."""

import asyncio

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse

from avatar_serving import weights
from avatar_serving.config import CAMERA_WEIGHT
from avatar_serving.errors import NotFound
from deployments.guard import require_key, services

router = APIRouter(tags=["camera"], dependencies=[Depends(require_key)])


@router.get("/v1/camera/face_landmarker.task")
async def face_landmarker(request: Request) -> FileResponse:
    """MediaPipe's face landmarker, so that no other site need be asked for it."""
    if not services(request).profile.camera:
        raise NotFound("camera model", "face_landmarker.task")
    path = await asyncio.to_thread(weights.path, CAMERA_WEIGHT)
    cached = {"Cache-Control": "private, max-age=86400"}
    return FileResponse(path, media_type="application/octet-stream", headers=cached)
