"""The API: sign-in, commands once, refusals as JSON, questions by permission, nothing for other sites."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from dashboards.api import api
from dashboards.boards import BOARDS
from dashboards.door import SESSION_COOKIE
from dashboards.edition import current_edition
from dashboards.questions.question import questions
from tests.dashboards.conftest import PASSWORD
from tests.dashboards.test_pages import BOARDS_OF
from transactions.kernel.command import registry
from transactions.kernel.users import ROLES

SignedIn = Callable[[str], TestClient]
OPEN = {("POST", "/session"), ("POST", "/session/end"), ("GET", "/docs"), ("GET", "/openapi.json"),
        ("GET", "/docs/oauth2-redirect")}  # fmt: skip


def test_every_question_belongs_to_a_board_and_needs_its_permission() -> None:
    assert {question.permission for question in questions().values()} == {board.permission for board in BOARDS}


@pytest.mark.parametrize("role", sorted(ROLES))
def test_roles_ask_the_questions_of_their_boards_and_no_other(signed_in: SignedIn, role: str) -> None:
    client = signed_in(role)
    permissions = {board.permission for board in BOARDS if board.name in BOARDS_OF[role]}
    expected = {question.name for question in questions().values() if question.permission in permissions}
    assert {entry["question"] for entry in client.get("/questions").json()} == expected
    for name in questions():
        status = client.get(f"/questions/{name}").status_code
        assert (status == 403) == (name not in expected), name


@pytest.mark.parametrize("role", sorted(ROLES))
def test_roles_use_their_commands_and_no_other(signed_in: SignedIn, role: str) -> None:
    """An empty body is never carried out; it is refused for the permission first, then for what is missing."""
    client = signed_in(role)
    offered = {entry["command"] for entry in client.get("/commands").json()}
    refused = {name for name in registry() if client.post(f"/commands/{name}", json={}).status_code == 403}
    assert refused == set(registry()) - offered
    if role in ("owner", "administrator"):
        assert not refused
    if role == "analyst":
        assert offered == {"save_view", "delete_view"}


def test_every_route_but_sign_in_and_documentation_refuses_a_stranger(client: TestClient) -> None:
    asked = 0
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method in methods:
            if (method.upper(), path) not in OPEN:
                asked += 1
                answer = client.request(method.upper(), path.replace("{name}", "stamp"), json={})
                assert answer.status_code == 401, (method, path)
                assert answer.json()["fact"] == "NotSignedIn"
    assert asked > len(registry())


def test_the_same_key_is_carried_out_once(signed_in: SignedIn) -> None:
    client = signed_in("owner")
    partner = {"code": "TWICE", "name": "Twice", "is_customer": True}
    first = client.post("/commands/create_partner", json=partner, headers={"Idempotency-Key": "one"})
    again = client.post("/commands/create_partner", json=partner, headers={"Idempotency-Key": "one"})
    assert first.status_code == 200
    assert again.json() == first.json()
    other = client.post("/commands/create_partner", json=partner | {"name": "Else"}, headers={"Idempotency-Key": "one"})
    assert other.status_code >= 400


def test_a_refusal_names_fact_field_value_and_rule(signed_in: SignedIn) -> None:
    answer = signed_in("owner").post("/commands/confirm_sales_order", json={"order": "SO-404"})
    assert answer.status_code >= 400
    assert set(answer.json()) >= {"fact", "field", "value", "rule"}
    assert answer.json()["value"] == "SO-404"


def test_a_form_of_another_site_is_refused(client: TestClient, token_of: Callable[[str], str]) -> None:
    client.cookies.set(SESSION_COOKIE, token_of("owner"))
    body = {"code": "EVIL", "name": "Evil", "is_customer": True}
    foreign = client.post("/commands/create_partner", json=body, headers={"origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert client.get("/session").json()["username"] == "owner"
    sign_in = client.post(
        "/session", data={"username": "owner", "password": PASSWORD}, headers={"origin": "https://evil.example"}
    )
    assert sign_in.status_code == 403


def test_signing_in_sets_a_cookie_that_scripts_cannot_read(client: TestClient) -> None:
    form = {"username": "owner", "password": PASSWORD, "next_page": "/order_profit?loss=true"}
    answer = client.post("/session", data=form, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/order_profit?loss=true"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    client.post("/session/end", follow_redirects=False)
    assert client.get("/session").status_code == 401


@pytest.mark.parametrize("page", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_signing_in_leads_to_no_other_site(client: TestClient, page: str) -> None:
    answer = client.post(
        "/session", data={"username": "owner", "password": PASSWORD, "next_page": page}, follow_redirects=False
    )
    assert "location" not in answer.headers


def test_a_wrong_password_leads_back_with_a_reason_and_no_session(client: TestClient) -> None:
    form = {"username": "buyer", "password": "wrong", "next_page": "/stock"}
    answer = client.post("/session", data=form, follow_redirects=False)
    assert answer.headers["location"] == "/stock?refused=NotSignedIn"
    assert "set-cookie" not in answer.headers


def test_parameters_are_values_and_never_sql(signed_in: SignedIn) -> None:
    client = signed_in("owner")
    hostile = "x' or 1 = 1 --"
    assert client.get("/questions/order_profit_orders", params={"customer": hostile}).json()["rows"] == []
    assert client.get("/questions/order_profit_by", params={"by": "customer; drop table x"}).status_code == 422
    assert client.get("/questions/stamp", params={"company": "1 or 1=1"}).status_code == 422
    assert client.get("/questions/no_such_question").status_code == 404


def test_a_suggestion_is_approved_once_and_becomes_a_document(signed_in: SignedIn) -> None:
    client = signed_in("planner")
    edition = current_edition("cost")
    buy = edition.rows("select suggestion_id, build_id from marts.fct_mrp_suggestions where kind = 'buy' limit 1")
    data = {"suggestion_id": buy["suggestion_id"][0], "build_id": buy["build_id"][0], "decision": "approve"}
    first = client.post("/commands/decide_suggestion", json=data)
    assert first.status_code == 200, first.text
    assert first.json()["number"].startswith("PR") or first.json()["number"]
    assert client.post("/commands/decide_suggestion", json=data).json()["document_id"] == first.json()["document_id"]
    gone = client.post("/commands/decide_suggestion", json=data | {"build_id": "20000101T000000000000"})
    assert gone.status_code == 404


def test_every_command_of_the_registry_has_its_route() -> None:
    paths = set(api().openapi()["paths"])
    assert {f"/commands/{name}" for name in registry()} <= paths


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        (b'{"code": "A\\u0000"}', "code", "a text holds no control characters but tab and line break"),
        (b'{"code": "A\\ud800"}', "code", "the text holds half a character"),
        (b'{"\\ud800": 1}', "\\ud800", "the text holds half a character"),
        (b'{"code": ' + b"9" * 5_000 + b"}", "body", "the body is no JSON in UTF-8"),
        (b'{"code": ' + b"[" * 100_000, "body", "the body is no JSON in UTF-8"),
        (b'{"code": "\xe4"}', "body", "the body is no JSON in UTF-8"),
        (b"null", "body", ""),
        (b"{", "1", "JSON decode error"),
    ],
)
def test_bodies_that_cannot_be_taken_are_refused_with_the_rule(
    signed_in: SignedIn, body: bytes, field: str, rule: str
) -> None:
    answer = signed_in("owner").post(
        "/commands/create_partner", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert rule in answer.json()["rule"]
    assert signed_in("owner").get("/no-such-page").status_code == 404


def test_a_month_with_pending_cost_is_not_locked_by_surprise(signed_in: SignedIn) -> None:
    """Whoever may lock hears it in their language, the others only that they may not."""
    client = signed_in("accountant")
    rows = client.get("/questions/proofs_pending").json()["rows"]
    month = min(row["period"] for row in rows)
    refused = client.post("/commands/lock_period", json={"period": month, "pending_amount": 0})
    assert (refused.status_code, refused.json()["fact"], refused.json()["value"]) == (409, "CostIsPending", month)
    chinese = client.post("/commands/lock_period", json={"period": month}, headers={"accept-language": "zh-CN"})
    assert "close-period 先结转再锁定" in chinese.json()["rule"]
    for nonsense in ({}, {"period": month, "company": ["x"]}, {"period": [1], "company": 7}):
        assert client.post("/commands/lock_period", json=nonsense).json()["fact"] == "InvalidData"
    assert signed_in("storekeeper").post("/commands/lock_period", json={"period": month}).status_code == 403
