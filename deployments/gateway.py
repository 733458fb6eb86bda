"""The web application: REST, the realtime socket, the page. Knows FastAPI, not Ray."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles

from avatar_serving import logs, metrics
from avatar_serving.errors import AvatarError, InvalidRequest, NotFound, Overloaded
from deployments import (
    routes_avatars,
    routes_camera,
    routes_chat,
    routes_exchange,
    routes_memory,
    routes_personas,
    routes_realtime,
    routes_speech,
    routes_status,
    routes_transcriptions,
    routes_videos,
    routes_voices,
)
from deployments.failures import error_body, status_of
from deployments.guard import BodyLimit, SameOrigin
from deployments.services import Services
from deployments.warm import warm

log = logs.get()
WEB = Path(__file__).parents[1] / "web" / "dist"


async def _nothing(path: str) -> None:
    """What is not in the API is not in the page either."""
    raise NotFound("address", f"/v1/{path}")


def create_app(services: Services, web: Path = WEB) -> FastAPI:
    """The gateway over *services*; *web* is the built client."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
        await warm(services)
        app.state.ready = True
        log.info("gateway ready", profile=services.environment.profile)
        yield
        app.state.ready = False
        await services.live.drain()
        await services.videos.close()
        services.store.close()

    app = FastAPI(
        title="Avatar Serving",
        summary="One picture in, a digital human out that people talk to, in real time.",
        version="0.1.0",
        lifespan=lifespan,
    )
    app.state.services = services
    app.state.ready = False
    app.include_router(routes_exchange.router)
    app.include_router(routes_avatars.router)
    app.include_router(routes_personas.router)
    app.include_router(routes_speech.router)
    app.include_router(routes_videos.router)
    app.include_router(routes_voices.router)
    app.include_router(routes_chat.router)
    app.include_router(routes_transcriptions.router)
    app.include_router(routes_realtime.router)
    app.include_router(routes_memory.router)
    app.include_router(routes_camera.router)
    app.include_router(routes_status.router)
    app.add_api_route("/v1/{path:path}", _nothing, include_in_schema=False)
    _add_operations(app)
    _add_errors(app)
    app.add_middleware(BodyLimit, limit=services.profile.limits.image_bytes * 2 + 1_000_000)
    app.add_middleware(SameOrigin)
    if web.is_dir():
        app.mount("/", StaticFiles(directory=web, html=True), name="web")
    return app


def _add_operations(app: FastAPI) -> None:
    @app.get("/healthz", tags=["operations"])
    async def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["operations"])
    async def readyz() -> JSONResponse:
        """Models are loaded and there is room for another session."""
        slots = app.state.services.sessions
        ready = app.state.ready and slots.held < slots.size
        body = {"ready": ready, "sessions": slots.held, "capacity": slots.size}
        return JSONResponse(body, 200 if ready else 503)

    @app.get("/metrics", tags=["operations"])
    async def scrape() -> Response:
        """Prometheus text format."""
        return Response(metrics.exposition(), media_type="text/plain; version=0.0.4")


def _add_errors(app: FastAPI) -> None:
    async def on_avatar_error(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, AvatarError)
        headers = (
            {"Retry-After": str(round(error.retry_after_s))}
            if isinstance(error, Overloaded)
            else None
        )
        return JSONResponse(error_body(error), status_of(error), headers)

    async def on_invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        return JSONResponse(error_body(InvalidRequest(f"{where}: {first['msg']}", where)), 400)

    async def on_anything(_: Request, error: Exception) -> JSONResponse:
        log.error("request failed", exc_info=error)
        return JSONResponse(error_body(AvatarError("something went wrong on the server")), 500)

    app.add_exception_handler(AvatarError, on_avatar_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(Exception, on_anything)
