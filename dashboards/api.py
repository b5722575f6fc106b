"""The REST API: one route per command and per question, made from their registries; OpenAPI at /api/docs.

Callers sign in (POST /api/session) and send the session's token as a cookie or as `Authorization: Bearer`.
Commands take an `Idempotency-Key` header: the same key and body get the first answer again. Who asks too much hears
429 with `Retry-After`. Refusals are told in Chinese to whoever sends `Accept-Language: zh`.
"""

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, Form, Header, Query, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from pydantic import AwareDatetime
from starlette.exceptions import HTTPException
from starlette.status import HTTP_400_BAD_REQUEST

from dashboards.door import SESSION_COOKIE, carry_out, door
from dashboards.edition import AnswerCannotBeMade, AnswerIsBeingMade, current_edition, known_edition
from dashboards.questions.question import ask, permitted, questions
from dashboards.rate_limit import DEAR, SIGN_IN, RateLimit, TooManyRequests, requests_per_minute
from dashboards.refusals import language_asked, refusal_in
from transactions.kernel.command import RegisteredCommand, registry
from transactions.kernel.refusal import InvalidData, NotPermitted, NotSignedIn, Refusal
from transactions.kernel.sessions import (
    ABSOLUTE,
    WINDOW,
    TooManyAttempts,
    close_session,
    open_session,
    session_actor,
)
from transactions.kernel.users import Actor


def token_of(request: Request) -> str:
    """The session token that the request carries, or ""."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else request.cookies.get(SESSION_COOKIE, "")


def signed_in(request: Request) -> Actor:
    """Whose session it is, with the request counted: for that user, else for the address that it comes from."""
    token = token_of(request)
    try:
        if not token:
            raise NotSignedIn("sign in first")
        if "authorization" not in request.headers and request.method not in ("GET", "HEAD"):
            require_same_origin(request)
        actor = session_actor(door(), token)
    except (NotSignedIn, NotPermitted):
        count_address(request)
        raise
    limit_of(request).of_user(actor)
    return actor


def limit_of(request: Request) -> RateLimit:
    limit: RateLimit = request.app.state.rate_limit
    return limit


def count_address(request: Request) -> None:
    """Count a request of nobody in particular; `TooManyRequests`."""
    limit_of(request).of_address(request.client.host if request.client else None)


def seconds_to_wait(refusal: Refusal) -> int | None:
    """After how many seconds the same request may succeed, where that is known."""
    match refusal:
        case TooManyRequests():
            return refusal.seconds
        case TooManyAttempts():
            return WINDOW.seconds
        case AnswerIsBeingMade():
            return 2
    return None


def require_same_origin(request: Request) -> None:
    """Refuse a form that another site sends along with our cookie."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise NotPermitted("the request comes from another site", field="origin", value=origin)


def is_path_here(path: str) -> bool:
    """Only a path on this server may follow a sign-in, never another site."""
    return path.startswith("/") and not path.startswith(("//", "/\\"))


def invalid_request(failure: RequestValidationError) -> InvalidData:
    """What is wrong with a header, a form or a body before a command or a question sees it."""
    return InvalidData(
        [
            {
                "field": ".".join(map(str, error["loc"][1:] or error["loc"])),
                "value": None if error["type"] == "missing" else str(error.get("input"))[:200],
                "rule": error["msg"],
            }
            for error in failure.errors()
        ]
    )


SignedIn = Annotated[Actor, Depends(signed_in)]
ANYBODY = [Depends(count_address)]


def api(rate_limit: RateLimit | None = None) -> FastAPI:
    """The API as an ASGI application, to be mounted under /api.

    rate_limit: by default as the installation's setting says.
    """
    application = FastAPI(title="Bihuan", description=__doc__, openapi_url=None)
    application.state.rate_limit = rate_limit or RateLimit(requests_per_minute())

    @application.exception_handler(Refusal)
    def refused(request: Request, refusal: Refusal) -> JSONResponse:
        code = language_asked(request.headers.get("accept-language", ""))
        headers = {"Content-Language": code.replace("_", "-"), "Vary": "Accept-Language"}
        seconds = seconds_to_wait(refusal)
        if seconds is not None:
            headers["Retry-After"] = str(seconds)
        return JSONResponse(refusal_in(code, refusal), status_code=refusal.status, headers=headers)

    @application.exception_handler(RequestValidationError)
    def misread(request: Request, failure: RequestValidationError) -> JSONResponse:
        return refused(request, invalid_request(failure))

    @application.exception_handler(HTTPException)
    async def unreadable(request: Request, failure: HTTPException) -> Response:
        if failure.status_code != HTTP_400_BAD_REQUEST:
            return await http_exception_handler(request, failure)
        rule = "the body is no JSON in UTF-8, or its nesting or its numbers are too long"
        return refused(request, InvalidData([{"field": "body", "value": None, "rule": rule}]))

    @application.get("/openapi.json", include_in_schema=False, dependencies=ANYBODY)
    def described(request: Request) -> JSONResponse:
        return JSONResponse(application.openapi() | {"servers": [{"url": request.scope.get("root_path") or "/"}]})

    @application.get("/docs", include_in_schema=False, dependencies=ANYBODY)
    def documented(request: Request) -> HTMLResponse:
        return get_swagger_ui_html(openapi_url=f"{request.scope.get('root_path', '')}/openapi.json", title="Bihuan")

    @application.post("/session", summary="Sign in", response_model=None)
    def sign_in(
        request: Request,
        username: Annotated[str, Form()],
        password: Annotated[str, Form()],
        next_page: Annotated[str, Form()] = "",
    ) -> Response:
        require_same_origin(request)
        try:
            limit_of(request).of_address(request.client.host if request.client else None, SIGN_IN)
            token = open_session(door(), username, password)
        except Refusal as refusal:
            if next_page:
                back = next_page if is_path_here(next_page) else "/"
                joint = "&" if "?" in back else "?"
                return RedirectResponse(f"{back}{joint}refused={refusal.fact}", status_code=303)
            raise
        if is_path_here(next_page):
            response: Response = RedirectResponse(next_page, status_code=303)
        else:
            response = JSONResponse({"token": token})
        response.set_cookie(
            SESSION_COOKIE,
            token,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
            max_age=int(ABSOLUTE.total_seconds()),
        )
        return response

    @application.post("/session/end", summary="Sign out", response_model=None, dependencies=ANYBODY)
    def sign_out(request: Request) -> Response:
        require_same_origin(request)
        if token := token_of(request):
            close_session(door(), token)
        response = RedirectResponse("/", status_code=303)
        response.delete_cookie(SESSION_COOKIE)
        return response

    @application.get("/session", summary="Who is signed in")
    def who(actor: SignedIn) -> dict[str, Any]:
        return {"username": actor.username, "display_name": actor.display_name, "roles": actor.roles}

    @application.get("/commands", summary="All commands that the caller may use, with their schemas")
    def list_commands(actor: SignedIn) -> list[dict[str, Any]]:
        return [
            {
                "command": command.name,
                "summary": command.summary,
                "permission": command.permission,
                "stage": command.stage,
                "schema": command.form.model_json_schema(),
            }
            for command in registry().values()
            if actor.may(command.permission)
        ]

    @application.get("/questions", summary="All questions that the caller may ask, with their filters")
    def list_questions(actor: SignedIn) -> list[dict[str, Any]]:
        return [
            {"question": question.name, "summary": question.summary, "filters": question.filters.model_json_schema()}
            for question in questions().values()
            if actor.may(question.permission)
        ]

    @application.get("/questions/{name}", summary="Ask a question of the published build, or as known at a moment")
    def answer(
        name: str,
        request: Request,
        actor: SignedIn,
        as_known_at: Annotated[AwareDatetime | None, Query(description="answer as was known at that moment")] = None,
        as_known_of: Annotated[date | None, Query(description="business date then; left out: its day")] = None,
    ) -> dict[str, Any]:
        question = permitted(actor, name)
        if question.is_dear or as_known_at is not None:
            limit_of(request).of_user(actor, DEAR - 1)
        if as_known_at is None:
            edition = current_edition(actor.edition)
        else:
            if question.past is None:
                told = {"field": "as_known_at", "value": as_known_at.isoformat()}
                raise AnswerCannotBeMade(f"{name} is asked of today only", **told)
            edition = known_edition(actor.edition, as_known_at, as_known_of, question.past)
        filters = {k: v for k, v in request.query_params.items() if k not in ("as_known_at", "as_known_of")}
        found = ask(actor, edition, name, filters)
        return {
            "build_id": edition.build_id,
            "as_of": edition.as_of.isoformat(),
            "known_at": edition.known_at.isoformat() if edition.known_at else None,
            "rows": found.to_dicts(),
        }

    for command in registry().values():
        _add_command_route(application, command)
    return application


def _add_command_route(application: FastAPI, command: RegisteredCommand) -> None:
    def carry(
        data: dict[str, Any], actor: SignedIn, idempotency_key: Annotated[str | None, Header()] = None
    ) -> dict[str, Any]:
        return carry_out(actor, command.name, data, idempotency_key)

    schema = command.form.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    application.post(
        f"/commands/{command.name}",
        name=command.name,
        summary=command.summary,
        tags=[command.permission.partition(".")[0]],
        openapi_extra={"requestBody": {"content": {"application/json": {"schema": schema}}, "required": True}},
    )(carry)
