"""Settling cost: once per build, never on a stale one, a locked period's correction in the first open one."""

from datetime import date
from typing import Any

from tests.transactions.trading import Trading


def _row(account: str, period: str = "2026-01", **amounts: Any) -> dict[str, Any]:
    return {"period": period, "account": account, "event": "goods_receipt", "item": "A"} | amounts


def _rows(period: str = "2026-01", amount: str = "50") -> list[dict[str, Any]]:
    return [_row("1405", period, debit=amount), _row("2204", period, credit=amount)]


def test_a_build_is_settled_once(trading: Trading) -> None:
    settle = {"build_id": "b1", "rows": _rows(), "last_settlement_id": 0, "as_of": "2026-01-20"}
    first = trading("settle_cost", **settle)
    assert first == {"build_id": "b1", "entries": ["JE000001"], "already_settled": False}
    assert (trading.balance("inventory"), trading.balance("goods_received_not_billed")) == (50, -50)
    line = trading.rows("journal_line")[0]
    assert (line["settled_event"], line["settled_period"]) == ("goods_receipt", "2026-01")
    assert trading.row("journal_entry")["entry_date"] == date(2026, 1, 20)
    assert trading("settle_cost", **settle) == {"build_id": "b1", "entries": [], "already_settled": True}
    assert trading.balance("inventory") == 50


def test_a_build_of_an_earlier_day_than_was_settled_is_refused(trading: Trading) -> None:
    trading("settle_cost", build_id="b1", rows=_rows(), as_of="2026-01-20")
    refusal = trading.refused("settle_cost", build_id="b2", rows=_rows(), as_of="2026-01-19")
    assert (refusal.fact, refusal.field, refusal.value) == ("LaterDayIsSettled", "as_of", date(2026, 1, 19))
    assert refusal.rule == "cost is settled as of 2026-01-20; settle a build of that day or later"
    trading("lock_period", period="2026-01")
    trading("settle_cost", build_id="b3", rows=_rows(), as_of="2026-01-20")
    # the correction lies on 1 February, and the day of the build is still the twentieth
    assert trading("settle_cost", build_id="b4", rows=_rows(), as_of="2026-01-20")["entries"] == ["JE000003"]


def test_a_day_on_which_only_locked_months_were_corrected_is_settled_too(trading: Trading) -> None:
    trading("lock_period", period="2026-01")
    trading("settle_cost", build_id="b1", rows=_rows(), as_of="2026-02-20")
    assert trading.row("journal_entry")["entry_date"] == date(2026, 2, 1)
    refusal = trading.refused("settle_cost", build_id="b2", rows=_rows("2026-02"), as_of="2026-02-19")
    assert (refusal.fact, refusal.rule) == (
        "LaterDayIsSettled", "cost is settled as of 2026-02-20; settle a build of that day or later",
    )  # fmt: skip
    trading("settle_cost", build_id="b3", rows=_rows("2026-02"), as_of="2026-02-20")


def test_a_day_to_come_is_settled_only_as_far_as_it_posts(trading: Trading) -> None:
    """Today is 15 June."""
    for build_id, period, as_of in (("b1", "2026-05", "2026-12-31"), ("b2", "2026-05", "2026-06-15")):
        trading("settle_cost", build_id=build_id, rows=_rows(period), as_of=as_of)
    trading("settle_cost", build_id="b3", rows=_rows("2026-06"), as_of="2026-06-20")
    settled = [row["as_of"] for row in trading.rows("cost_settlement")]
    assert settled == [date(2026, 6, 15), date(2026, 6, 15), date(2026, 6, 20)]
    assert trading.refused("settle_cost", build_id="b4", rows=_rows(), as_of="2026-06-19").fact == "LaterDayIsSettled"


def test_a_settlement_that_names_no_day_is_of_the_last_that_it_posted_in_its_own_month(trading: Trading) -> None:
    trading("lock_period", period="2026-01")
    trading("settle_cost", build_id="b1", rows=_rows())
    trading("settle_cost", build_id="b2", rows=_rows() + _rows("2026-03") + _rows("2026-02"))
    assert [row["as_of"] for row in trading.rows("cost_settlement")] == [None, date(2026, 3, 31)]
    assert trading.refused("settle_cost", build_id="b3", rows=_rows(), as_of="2026-03-30").fact == "LaterDayIsSettled"


def test_a_build_made_before_the_newest_settlement_is_stale(trading: Trading) -> None:
    trading("settle_cost", build_id="b1", rows=_rows(), last_settlement_id=0)
    refusal = trading.refused("settle_cost", build_id="b2", rows=_rows(), last_settlement_id=0)
    assert (refusal.fact, refusal.field, refusal.value) == ("BuildIsStale", "build_id", "b2")
    newest = trading.row("cost_settlement")["id"]
    trading("settle_cost", build_id="b2", rows=_rows(), last_settlement_id=newest)
    assert trading.balance("inventory") == 100


def test_a_locked_period_is_corrected_in_the_first_open_one(trading: Trading) -> None:
    for period in ("2026-01", "2026-02"):
        trading("lock_period", period=period)
    trading("settle_cost", build_id="b1", rows=_rows("2026-01") + _rows("2026-03", "7") + _rows("2026-02", "1"))
    entries = trading.rows("journal_entry")
    assert [(entry["entry_date"], entry["description"]) for entry in entries] == [
        (date(2026, 3, 1), "correction of period 2026-01"),
        (date(2026, 3, 1), "correction of period 2026-02"),
        (date(2026, 3, 31), "cost settlement 2026-03"),
    ]
    settled = {line["settled_period"] for line in trading.rows("journal_line", entry_id=entries[0]["id"])}
    assert settled == {"2026-01"}


def test_nothing_pending_settles_nothing_and_says_so(shop: Trading) -> None:
    assert shop("settle_cost", build_id="b1", rows=[])["entries"] == []
    assert shop("settle_cost", build_id="b2", rows=[_row("1405")])["entries"] == []
    assert shop.rows("cost_settlement") == []
    for build in ("b1", "b2"):  # its rows come after all
        done = shop("settle_cost", build_id=build, rows=_rows())
        assert (len(done["entries"]), done["already_settled"]) == (1, False)
    assert shop.balance("inventory") == 100
    assert shop("settle_cost", build_id="b1", rows=[])["already_settled"]


def test_rows_balance_in_each_period_and_name_what_exists(shop: Trading) -> None:
    shop("change_item", item="A", is_blocked=True)  # its past is settled all the same
    shop("settle_cost", build_id="b0", rows=_rows())
    for rows, fact, field in (
        ([_row("1405", debit=1), _row("2204", "2026-02", credit=1)], "EntryIsUnbalanced", "lines"),
        ([_row("9999", debit=1)], "NotFound", "rows.0.account"),
        ([_row("1405", debit=1) | {"item": "Z"}], "NotFound", "rows.0.item"),
        ([_row("1405", debit="0.001")], "AmountIsTooFine", "rows.0.debit"),
        ([_row("6401", debit=1, sales_order_line_id=1), _row("1405", credit=1)], "DatabaseRefused", "command"),
    ):
        refusal = shop.refused("settle_cost", build_id="b", rows=rows)
        assert (refusal.fact, refusal.field) == (fact, field)
