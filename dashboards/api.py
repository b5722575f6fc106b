"""The REST API: one route per command and per question, made from their registries; OpenAPI at /api/docs.

Callers sign in (POST /api/session) and send the session's token as a cookie or as `Authorization: Bearer`.
Commands take an `Idempotency-Key` header: the same key and body get the first answer again.
"""

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, Form, Header, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import AwareDatetime

from dashboards.door import SESSION_COOKIE, carry_out, door
from dashboards.edition import AnswerIsBeingMade, current_edition, known_edition
from dashboards.questions.question import ask, permitted, questions
from transactions.kernel.command import RegisteredCommand, registry
from transactions.kernel.refusal import NotPermitted, NotSignedIn, Refusal
from transactions.kernel.sessions import ABSOLUTE, close_session, open_session, session_actor
from transactions.kernel.users import Actor


def token_of(request: Request) -> str:
    """The session token that the request carries, or ""."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else request.cookies.get(SESSION_COOKIE, "")


def signed_in(request: Request) -> Actor:
    token = token_of(request)
    if not token:
        raise NotSignedIn("sign in first")
    if "authorization" not in request.headers and request.method not in ("GET", "HEAD"):
        require_same_origin(request)
    return session_actor(door(), token)


def require_same_origin(request: Request) -> None:
    """Refuse a form that another site sends along with our cookie."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise NotPermitted("the request comes from another site", field="origin", value=origin)


def is_path_here(path: str) -> bool:
    """Only a path on this server may follow a sign-in, never another site."""
    return path.startswith("/") and not path.startswith(("//", "/\\"))


SignedIn = Annotated[Actor, Depends(signed_in)]


def api() -> FastAPI:
    """The API as an ASGI application, to be mounted under /api."""
    application = FastAPI(title="Bihuan", description=__doc__, docs_url="/docs", redoc_url=None)

    @application.exception_handler(Refusal)
    def refused(_request: Request, refusal: Refusal) -> JSONResponse:
        headers = {"Retry-After": "2"} if isinstance(refusal, AnswerIsBeingMade) else None
        return JSONResponse(refusal.as_dict(), status_code=refusal.status, headers=headers)

    @application.post("/session", summary="Sign in", response_model=None)
    def sign_in(
        request: Request,
        username: Annotated[str, Form()],
        password: Annotated[str, Form()],
        next_page: Annotated[str, Form()] = "",
    ) -> Response:
        require_same_origin(request)
        try:
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

    @application.post("/session/end", summary="Sign out", response_model=None)
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
        permitted(actor, name)
        if as_known_at is None:
            edition = current_edition(actor.edition)
        else:
            edition = known_edition(actor.edition, as_known_at, as_known_of)
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
