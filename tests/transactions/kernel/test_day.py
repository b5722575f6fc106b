"""Days, moments and months of commands: ISO text in a sensible range, in every command and every line of one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from tests.transactions.acting import Acting
from tests.transactions.trading import Trading
from transactions.kernel.command import registry
from transactions.kernel.day import FIRST_DAY, LAST_DAY, Day, Moment, Month, month_of
from transactions.kernel.refusal import InvalidData

WRITTEN, RANGE = "a day is written as text, such as 2026-01-31", "a day lies between 1970-01-01 and 2199-12-31"
NO_DAYS: tuple[tuple[Any, str], ...] = (
    ("0001-01-01", RANGE), ("1969-12-31", RANGE), ("2200-01-01", RANGE), ("9999-12-31", RANGE),
    (date(1969, 12, 31), RANGE), (1704153600, WRITTEN), (1704153600.0, WRITTEN), ("1704153600", WRITTEN),
    (True, WRITTEN), ("2024-01-02T00:00:00", WRITTEN), (datetime(2024, 1, 2), WRITTEN), ("24-1-2", WRITTEN),
    ("٢٠٢٤-٠١-٠٢", WRITTEN), ("", WRITTEN), ("2026-02-30", "there is no such day in the calendar"),
)  # fmt: skip


@pytest.mark.parametrize("told", ["1970-01-01", " 2026-01-31 ", "2199-12-31", FIRST_DAY, LAST_DAY])
def test_a_day_is_iso_text_or_a_date(told: Any) -> None:
    found = TypeAdapter(Day).validate_python(told)
    assert found.isoformat() == str(told).strip()


@pytest.mark.parametrize(("told", "rule"), NO_DAYS)
def test_no_day_is_refused_with_the_rule(told: Any, rule: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Day).validate_python(told)
    assert [error["msg"] for error in refused.value.errors()] == [rule]


@pytest.mark.parametrize("told", [0, 1704153600, "0001-01-01T08:00", "9999-12-31T08:00", "2026-01-31T08:00Z"])
def test_no_moment_is_refused(told: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Moment).validate_python(told)
    assert TypeAdapter(Moment).validate_python("2026-01-31T08:00") == datetime(2026, 1, 31, 8)


@pytest.mark.parametrize("told", ["1-01", "2026-13", "2026-00", "0001-01", "9999-12", "2026-1", "٢٠٢٤-٠١"])
def test_no_month_is_refused(told: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Month).validate_python(told)
    assert TypeAdapter(Month).validate_python("2026-01") == "2026-01"
    assert month_of(date(1, 1, 31)) == "0001-01"


def fields_of(form: type[BaseModel]) -> Iterator[tuple[type[BaseModel], str, Any]]:
    for name, field in form.model_fields.items():
        yield form, name, field.rebuild_annotation()
        waiting = [field.annotation]
        while waiting:
            part = waiting.pop()
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from fields_of(part)
            waiting.extend(get_args(part))


def takes(annotation: Any, told: Any) -> bool:
    try:
        TypeAdapter(annotation).validate_python(told)
    except ValidationError:
        return False
    return True


def test_every_day_of_every_command_is_bounded() -> None:
    count = 0
    for command in registry().values():
        for form, name, annotation in fields_of(command.form):
            schema = TypeAdapter(annotation).json_schema()
            formats = {part.get("format") for part in (schema, *schema.get("anyOf", ()))}
            if formats & {"date", "date-time"}:
                count += 1
                taken = [told for told in (1704153600, "9999-12-31", "0001-01-01T00:00") if takes(annotation, told)]
                assert taken == [], f"{form.__name__}.{name}"
    assert count > 60


def test_a_day_out_of_range_makes_no_period(acting: Acting) -> None:
    acting("create_partner", code="CUS", name="Customer", is_customer=True)
    acting("create_item", code="A", name="A", unit="pcs", kind="bought")
    order = {"customer": "CUS", "lines": [{"item": "A", "quantity": 1, "unit_price": 1}]}
    refused = acting.refused("create_sales_order", **order, order_date="0001-01-01")
    assert isinstance(refused, InvalidData)
    assert (refused.field, refused.value) == ("order_date", "0001-01-01")
    assert refused.rule == f"order_date: {RANGE}"
    assert acting.refused("create_sales_order", **order, order_date=1704153600).field == "order_date"


def test_months_are_settled_and_locked_by_their_code(shop: Trading) -> None:
    row = {"account": "1401", "event": "delivery", "debit": 0, "credit": 0}
    for month in ("2026-13", "1-01"):
        refused = shop.refused("settle_cost", build_id="b", rows=[row | {"period": month}])
        assert (refused.field, refused.value) == ("rows.0.period", month)
        assert shop.refused("lock_period", period=month).field == "period"
    shop("lock_period", period="2026-01")
