"""The web application: REST, the realtime socket, the page. Knows FastAPI, not Ray."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException

from avatar_serving import logs
from avatar_serving.avatars.package import MAX_PACKAGE_BYTES
from avatar_serving.errors import AvatarError, InvalidRequest, NotFound
from avatar_serving.exposition import exposition
from deployments import (
    routes_avatars,
    routes_camera,
    routes_chat,
    routes_exchange,
    routes_footage,
    routes_looks,
    routes_memory,
    routes_personas,
    routes_realtime,
    routes_speech,
    routes_status,
    routes_training,
    routes_transcriptions,
    routes_videos,
    routes_voices,
)
from deployments.allowances import RATE_HEADERS
from deployments.api_page import api_page
from deployments.bodies import BodyLimit
from deployments.draining import drain_when_told
from deployments.failures import error_body, headers_of, status_of
from deployments.page import page
from deployments.services import Services
from deployments.warm import warm
from deployments.website import OwnWebsite, SafeHeaders

log = logs.get()
ROUTES = (
    routes_exchange,
    routes_avatars,
    routes_looks,
    routes_personas,
    routes_speech,
    routes_footage,
    routes_videos,
    routes_training,
    routes_voices,
    routes_chat,
    routes_transcriptions,
    routes_realtime,
    routes_memory,
    routes_camera,
    routes_status,
)
"""A path that two of them could take is the earlier one's."""
WEB = Path(__file__).parents[1] / "web" / "dist"
_FORM_BYTES = 1_000_000
"""What a form has besides its two files."""


async def _nothing(path: str) -> None:
    """What is not in the API is not in the page either."""
    raise NotFound("address", f"/v1/{path}")


def _never() -> bool:
    return False


def create_app(
    services: Services, web: Path = WEB, stopping: Callable[[], bool] = _never
) -> FastAPI:
    """The gateway over *services*; *web* is the built client, and *stopping* says whether whoever
    started the gateway is stopping it."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
        await warm(services)
        watching = asyncio.create_task(drain_when_told(services, stopping))
        counting = asyncio.create_task(services.allowances.keep())
        app.state.ready = True
        log.info("gateway ready", profile=services.environment.profile)
        yield
        app.state.ready = False
        watching.cancel()
        counting.cancel()
        await services.live.drain(within_s=0)
        services.live.close()
        await services.videos.close()
        await services.trainings.close()
        services.store.close()

    app = FastAPI(
        title="Avatar Serving",
        summary="One picture in, a digital human out that people talk to, in real time.",
        version="0.1.0",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    app.state.ready = False
    for routes in ROUTES:
        app.include_router(routes.router)
    app.add_api_route("/v1/{path:path}", _nothing, include_in_schema=False)
    _add_operations(app)
    _add_errors(app)
    _add_guards(app, services)
    if web.is_dir():
        app.mount("/", page(web), name="web")
    return app


def _add_guards(app: FastAPI, services: Services) -> None:
    """The last that is added is the first that a request meets."""
    limits, origins = services.profile.limits, services.profile.origins
    settings = services.environment
    largest = max(limits.image_bytes, limits.audio_bytes, limits.film_bytes, MAX_PACKAGE_BYTES)
    app.add_middleware(
        BodyLimit,
        form=largest + limits.image_bytes + _FORM_BYTES,
        text=limits.message_bytes,
        longest_s=limits.upload_s,
    )
    app.add_middleware(
        OwnWebsite, keys=settings.api_key_required, local=settings.loopback, origins=origins
    )
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["*"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Retry-After", *RATE_HEADERS],
            max_age=3600,
        )
    app.add_middleware(SafeHeaders, origins=origins)


def _add_operations(app: FastAPI) -> None:
    @app.get("/healthz", tags=["operations"])
    async def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["operations"])
    async def readyz() -> JSONResponse:
        """Models are loaded, there is room for another session, and the gateway is not to stop."""
        slots = app.state.services.sessions
        draining = app.state.services.live.draining
        ready = app.state.ready and not draining and slots.held < slots.size
        body = {"ready": ready, "sessions": slots.held, "capacity": slots.size}
        return JSONResponse(body, 200 if ready else 503)

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(api_page(app.openapi()))

    @app.get("/metrics", tags=["operations"])
    async def scrape(request: Request) -> Response:
        """For Prometheus: the processes of one machine."""
        page, content_type = exposition(request.headers.get("accept", ""))
        return Response(page, headers={"Content-Type": content_type})


def _add_errors(app: FastAPI) -> None:
    async def on_avatar_error(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, AvatarError)
        return JSONResponse(error_body(error), status_of(error), headers_of(error))

    async def on_invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        return JSONResponse(error_body(InvalidRequest(f"{where}: {first['msg']}", where)), 400)

    async def on_refused(_: Request, error: Exception) -> JSONResponse:
        """What the framework itself refuses: a method, a body that cannot be read."""
        assert isinstance(error, HTTPException)
        body = error_body(InvalidRequest(str(error.detail)))
        return JSONResponse(body, error.status_code, error.headers)

    async def on_anything(_: Request, error: Exception) -> JSONResponse:
        log.error("request failed", exc_info=error)
        return JSONResponse(error_body(AvatarError("something went wrong on the server")), 500)

    app.add_exception_handler(AvatarError, on_avatar_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_refused)
    app.add_exception_handler(Exception, on_anything)
