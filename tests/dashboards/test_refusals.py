"""Refusals in Chinese: every sentence and every fact of the code, forms filled in wrongly, the API, the pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError
from sqlalchemy import text
from starlette.testclient import TestClient

from dashboards.language import FIRST_HAN, chinese
from dashboards.questions.question import questions
from dashboards.rate_limit import RateLimit, TooManyRequests
from dashboards.refusals import CATALOGUE, PART, language_asked, refusal_in, refused_because, rule_in
from tests.dashboards.conftest import PASSWORD, Opened, forget_homes
from tests.dashboards.refusal_texts import refusal_classes, refusal_texts
from transactions import make_home
from transactions.kernel.command import registry
from transactions.kernel.refusal import InvalidData, NotFound, StorageFailed, WrongState
from transactions.ledger.period import PeriodIsLocked

SignedIn = Callable[[str], TestClient]
CHINESE = {"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}
NONSENSE: tuple[Any, ...] = (
    None, "", " ", "x" * 3_000, "2026-13-45", "25:61", "1e400", "0.0000000001", "NaN", -1, 0, 1.5, 10**30, True,
    [], [1], {}, [{}], [{"x": 1}] * 3, "€",
)  # fmt: skip


def is_chinese(text: str) -> bool:
    return any(letter >= FIRST_HAN for letter in text)


@pytest.mark.parametrize("text", sorted(refusal_texts()))
def test_each_sentence_of_the_code_has_its_chinese_and_is_found_by_it(text: str) -> None:
    """With its parts filled in it is recognised, and not as another one; the parts stay as they are."""
    own = chinese(CATALOGUE).get(text)
    assert own is not None, f"{refusal_texts()[text]}: {text!r} is missing in {CATALOGUE.name}"
    assert is_chinese(own)
    assert {part[1] for part in PART.finditer(own)} <= {part[1] for part in PART.finditer(text)}

    def filled(part: Any) -> str:
        return f"'Q {part[1]}'" if f"{{{part[1]}!r}}" in text else f"Q{part[1]}"

    assert rule_in("zh_CN", "Refusal", PART.sub(filled, text)) == PART.sub(filled, own)
    assert rule_in("en", "Refusal", text) == text


@pytest.mark.parametrize("fact", sorted(refusal_classes()))
def test_each_refusal_has_a_chinese_sentence(fact: str) -> None:
    assert is_chinese(chinese(CATALOGUE).get(fact, "")), f"{fact} is missing in {CATALOGUE.name}"


def test_the_catalogue_holds_nothing_that_is_never_said() -> None:
    """Sentences, facts, what Pydantic says (each begins with a capital), and words within sentences."""
    own = set(refusal_texts()) | set(refusal_classes())
    others = {text for text in chinese(CATALOGUE) if text not in own and not text[0].isupper() and text[0] != "{"}
    words = {text for text in others if len(text.split()) <= 2}
    assert others - words == {
        "nothing is recorded yet", "the first fact was recorded at {0}",
        "too many other moments are asked for; ask again later",
    }  # fmt: skip


def test_the_walk_finds_the_refusals_of_commands_and_boards() -> None:
    assert len(refusal_classes()) > 100
    assert len(refusal_texts()) > 190
    assert {"PeriodIsLocked", "QueryRefused", "TooManyRequests", "InvalidData"} <= set(refusal_classes())


def test_what_nobody_translated_comes_with_the_fact_before_it() -> None:
    broken = StorageFailed("the database cannot be written: disk I/O error")
    assert refused_because(broken, "zh_CN") == "数据库无法写入：disk I/O error"
    assert rule_in("zh_CN", "DatabaseRefused", "entries balance") == "数据库自身的规则不允许：entries balance"
    assert rule_in("zh_CN", "NobodyKnows", "whatever") == "NobodyKnows：whatever"


def test_words_within_a_sentence_are_translated_and_codes_are_not() -> None:
    wrong = WrongState("the sales order is draft; it must be confirmed or released", field="order", value="SO-1")
    assert refused_because(wrong, "zh_CN") == "销售订单的状态是草稿，须为已确认或已下达 (order = SO-1)"
    unknown = NotFound("there is no item 'made of wood or steel'", field="lines.0.item", value="made of wood or steel")
    assert refusal_in("zh_CN", unknown) == unknown.as_dict() | {"rule": "没有物料 'made of wood or steel'"}
    centre = NotFound("there is no work center 'A b'", field="work_center", value="A b")
    assert refused_because(centre, "zh_CN") == "没有工作中心 'A b' (work_center = A b)"
    locked = PeriodIsLocked("the period 2026-01 is locked", field="effective_date", value="2026-01-31")
    assert refused_because(locked, "en") == "the period 2026-01 is locked (effective_date = 2026-01-31)"


@pytest.mark.parametrize("said", [" of  in  on , line ", "there is no a 'b' of ", "it's 1 ", "since build : ", "' \\"])
def test_whatever_a_caller_says_is_looked_up_at_once(said: str) -> None:
    """In time that grows with its length: 300,000 characters that look like many sentences at once."""
    told = said * 20_000
    assert rule_in("zh_CN", "NotFound", told)
    assert rule_in("zh_CN", "NotFound", f"there is no question {told!r}") == f"没有名为 {told!r} 的查询"


def forms(form: type[BaseModel]) -> Iterator[tuple[list[str | int], str]]:
    """Every field of a form and of its lines: the way to it, its name."""
    for name, field in form.model_fields.items():
        yield [], name
        for line in _models(field.annotation):
            for way, inner in forms(line):
                yield [name, 0, *way], inner


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def wrong_data(way: list[str | int], name: str, value: Any) -> dict[str, Any]:
    told: Any = {name: value}
    for step in reversed(way):
        told = [told] if step == 0 else {step: told}
    assert isinstance(told, dict)
    return told


def test_nonsense_in_any_field_of_any_command_is_refused_in_chinese() -> None:
    english: dict[str, str] = {}
    count = 0
    for command in registry().values():
        for way, name in forms(command.form):
            for value in NONSENSE:
                try:
                    command.parsed(wrong_data(way, name, value))
                except InvalidData as refusal:
                    told = refusal_in("zh_CN", refusal)
                    for error, own in zip(refusal.errors, told["errors"], strict=True):
                        count += 1
                        assert (own["field"], own["value"]) == (error["field"], error["value"])
                        if not is_chinese(own["rule"]) or "数据格式不正确" in own["rule"]:
                            english.setdefault(error["rule"], f"{command.name}.{error['field']}")
    assert english == {}
    assert count > 10_000


REFUSED_COMMANDS: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("confirm_sales_order", {"order": "SO-404"}, "order", "SO-404", "没有销售订单 'SO-404'"),
    ("create_partner", {"code": "NONE", "name": "None"}, "is_customer", "False", "往来单位须是客户、供应商或两者兼是"),
    ("create_item", {"code": "CANARY", "name": "x", "unit": "pcs", "kind": "bought"}, "code", "CANARY",
     "另一个物料已使用该代码"),
    ("cancel_work_order", {"order": "WO-404"}, "order", "WO-404", "没有工单 'WO-404'"),
    ("transfer_stock", {"effective_date": "2026-03-02", "from_warehouse": "MAIN", "to_warehouse": "MAIN",
                        "lines": [{"item": "CANARY", "quantity": "1"}]}, "to_warehouse", "MAIN",
     "调拨须是两个不同的仓库"),
    ("create_user", {"username": "new", "password": "short", "roles": ["buyer"]}, "password", "…", "密码至少 8 个字符"),
    ("create_partner", {"code": "", "name": "None"}, "code", "", "code: 至少 1 个字符"),
    ("create_partner", {"name": "None", "nickname": "N"}, "code", "None", "code: 必填; nickname: 没有这个字段"),
]  # fmt: skip


@pytest.mark.parametrize(("command", "data", "field", "value", "rule"), REFUSED_COMMANDS)
def test_refused_commands_come_back_in_chinese(
    signed_in: SignedIn, command: str, data: dict[str, Any], field: str, value: str, rule: str
) -> None:
    client = signed_in("owner")
    own = client.post(f"/commands/{command}", json=data, headers=CHINESE)
    english = client.post(f"/commands/{command}", json=data)
    assert own.status_code == english.status_code >= 400
    assert own.headers["content-language"] == "zh-CN"
    assert english.headers["content-language"] == "en"
    told = own.json()
    assert (told["field"], str(told["value"]), told["rule"]) == (field, value, rule)
    same = {"fact", "field", "value"}
    assert {name: told[name] for name in same} == {name: english.json()[name] for name in same}
    assert not is_chinese(english.json()["rule"])


def test_everything_else_that_the_api_refuses_is_told_in_chinese(client: TestClient, signed_in: SignedIn) -> None:
    client.headers.update(CHINESE)
    assert client.get("/session").json()["rule"] == "请先登录"
    form = {"username": "foreman", "password": "wrong"}
    assert client.post("/session", data=form).json()["rule"] == "用户名或密码不正确"
    missing = client.post("/session", data={"username": "foreman"}).json()
    assert (missing["fact"], missing["field"], missing["rule"]) == ("InvalidData", "password", "password: 必填")
    assert client.post("/session", data=form, headers={"origin": "https://evil.example"}).json()["field"] == "origin"
    owner = signed_in("owner")
    assert owner.get("/questions/nothing").json()["rule"] == "没有名为 'nothing' 的查询"
    moment = owner.get("/questions/stamp", params={"as_known_at": "yesterday"})
    assert moment.status_code == 422
    assert (moment.json()["field"], moment.json()["value"]) == ("as_known_at", "yesterday")
    assert is_chinese(moment.json()["rule"])
    assert is_chinese(owner.post("/commands/create_partner", content="{").json()["rule"])
    assert signed_in("buyer").post("/commands/create_user", json={}).json()["rule"].startswith("buyer 无权执行")


def test_too_many_requests_are_told_in_chinese() -> None:
    limit = RateLimit(20, lambda: datetime(2026, 3, 2, tzinfo=UTC))
    for _ in range(5):
        limit.of_address("10.0.0.7")
    with pytest.raises(TooManyRequests) as refused:
        limit.of_address("10.0.0.7")
    told = refusal_in("zh_CN", refused.value)
    assert told["rule"] == "每分钟请求超过 1 次，请 60 秒后再试"
    assert (told["field"], told["value"]) == ("address", "10.0.0.7")


@pytest.mark.parametrize(
    ("accepted", "code"),
    [("", "en"), ("zh", "zh_CN"), ("zh-Hans-CN", "zh_CN"), ("en-GB,en;q=0.9,zh;q=0.8", "en"), ("fr,zh;q=0.5", "zh_CN"),
     ("en;q=0.5, zh-TW;q=0.7", "zh_CN"), ("zh;q=0", "en"), ("*", "en"), ("zh;q=many,en", "en"), (";;,,", "en")],
)  # fmt: skip
def test_the_language_is_the_one_that_the_caller_prefers(accepted: str, code: str) -> None:
    assert language_asked(accepted) == code


def errors_of(page: Any) -> list[str]:
    return [str(error.value) for error in page.error]


def test_the_console_refuses_in_the_language_of_the_session(opened: Opened) -> None:
    for lang, told in (("zh_CN", "这里只接受 SELECT 查询"), ("en", "only SELECT is answered here")):
        page = opened("data", "owner", lang=lang)
        page.text_area(key="sql").set_value("delete from fct_order_profit")
        next(
            button for button in page.button if button.label == (chinese()["Run"] if lang == "zh_CN" else "Run")
        ).click()
        assert errors_of(page.run()) == [told]


def test_a_moment_that_cannot_be_made_is_refused_in_the_language_of_the_session(opened: Opened, at_home: Path) -> None:
    """The worker's reason, in Chinese, with the moment as it was asked for."""
    page = opened("order_profit", "owner", known="2020-01-05", lang="zh_CN")
    asked = at_home / "warehouse" / "known" / "asked"
    (wish,) = asked.glob("2020*.json")
    moment = json.loads(wish.read_text(encoding="utf-8"))["known_at"]
    wish.with_suffix(".refused").write_text(
        "at 2020-01-05 nothing was known: nothing is recorded yet", encoding="utf-8"
    )
    wish.unlink()
    (told,) = errors_of(page.run())
    assert told == f"2020-01-05 时尚无任何数据：尚无任何记录 (known_at = {moment})"


def test_a_database_of_a_newer_program_is_refused_in_the_language_of_the_session(
    tmp_path: Path, page_with_cookie: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIHUAN_HOME", str(tmp_path))
    forget_homes()
    made, _key = make_home(password=PASSWORD)
    with made.engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    made.engine.dispose()
    try:
        (told,) = errors_of(page_with_cookie("overview", None, lang="zh_CN"))
    finally:
        forget_homes()
    assert told.startswith("数据库版本为 9999，比本程序（")


def test_nonsense_asked_of_any_question_is_refused_in_chinese() -> None:
    for question in questions().values():
        for name in question.filters.model_fields:
            for value in ("x'", "", "-1"):
                try:
                    question.filters.model_validate({name: value})
                except ValidationError as failure:
                    for error in failure.errors(include_url=False):
                        assert is_chinese(rule_in("zh_CN", "", error["msg"])), (question.name, error["msg"])


def test_no_board_shows_a_rule_past_its_translation() -> None:
    """Boards take the sentence from `refused_because`, never from the refusal itself."""
    from tests.dashboards.visible_texts import python_files

    spoken = [
        f"{file.name}: {line.strip()}"
        for file in python_files()
        if file.name not in ("refusals.py", "api.py")
        for line in file.read_text(encoding="utf-8").splitlines()
        if "refusal.rule" in line or "str(refusal)" in line
    ]
    assert spoken == []
