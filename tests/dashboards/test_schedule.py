"""The schedule on its board: who is done when, how full, what is late and why; pins and approvals through the door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import polars as pl
import pytest
from sqlalchemy import text
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from dashboards.boards.schedule_decide import approval
from dashboards.charts import gantt
from dashboards.door import carry_out, door
from dashboards.edition import current_edition
from dashboards.questions.question import answered
from dashboards.schedule_facts import schedule_facts
from dashboards.schedule_search import (
    AnotherSearchRuns,
    ScheduleSearch,
    forget_search,
    improved_orders,
    search_of,
    start_search,
)
from dbt_project.engines.scheduling import Search, schedule
from orchestration.dbt_run import DbtRun
from orchestration.refresh import refresh
from tests.dashboards.conftest import PASSWORD, Opened, dwelling_in, forget_homes
from tests.dashboards.test_pages import texts_of
from tests.warehouse.test_schedule import AS_OF, SETTING
from transactions import make_home
from transactions.kernel.clock import SetClock
from transactions.kernel.refusal import NotFound
from transactions.kernel.sessions import session_actor


@pytest.fixture(scope="module")
def published_home(tmp_path_factory: pytest.TempPathFactory, dbt: DbtRun) -> Iterator[Path]:
    """Two orders for one bench, of which the second ends late; as of the day on which both start."""
    with dwelling_in(tmp_path_factory.mktemp("schedule")) as home:
        made, _password = make_home(password=PASSWORD, clock=SetClock(datetime(2026, 6, 15, tzinfo=UTC)))
        for number, (name, data) in enumerate(SETTING):
            made.execute(name, data, "administrator", key=str(number))
        for role in ("planner", "foreman", "salesperson", "analyst"):
            user = {"username": role, "password": PASSWORD, "roles": [role], "display_name": role}
            made.execute("create_user", user, "administrator")
        refresh(home, made.engine, as_of=date.fromisoformat(AS_OF), dbt=dbt)
        made.engine.dispose()
    yield home
    forget_homes()


def section(opened: Opened, role: str, tab: str, **query: str) -> AppTest:
    """The board with one of its parts open."""
    page = opened("schedule", role, **query)
    page.session_state["sections-schedule"] = tab
    page = page.run()
    assert not page.exception
    return page


def test_the_questions_agree_with_each_other(at_home: Path) -> None:
    edition = current_edition("nocost")  # nothing in a schedule is cost
    [total] = answered(edition, "schedule_total", {}).to_dicts()
    assert (total["order_count"], total["operation_count"], total["late_order_count"]) == (2, 6, 1)
    assert (total["longest_days_late"], total["changed_order_count"], total["finding_count"]) == (1, 2, 0)
    assert total["last_end"] == datetime(2026, 6, 16, 10, 30)
    assert answered(edition, "schedule_operations", {}).height == total["operation_count"]
    [late] = answered(edition, "schedule_orders", {"is_late": True}).to_dicts()
    assert (late["work_order_number"], late["late_work_center_code"], late["operation_count"]) == (
        "WO000002", "BENCH", 3,
    )  # fmt: skip
    # An order is shown whole, even where one of its operations brings it in.
    assert answered(edition, "schedule_orders", {"work_center": "PRESS"})["operation_count"].to_list() == [3, 3]
    until = answered(edition, "schedule_operations", {"work_center": "BENCH", "until_day": "2026-06-15"})
    assert until.height == 0
    load = answered(edition, "schedule_load", {"work_center": "BENCH"})
    assert load["load_minutes"].sum() == 600
    assert answered(edition, "schedule_fullest", {})["work_center_code"].to_list() == ["BENCH", "PRESS"]
    assert answered(edition, "orders_without_operations", {})["order_count"].to_list() == [0]


def test_the_board_says_it_in_both_languages(opened: Opened) -> None:
    assert "2 work orders with 6 operations are scheduled until Jun 16, 2026; 1 end late" in texts_of(
        opened("schedule", "planner")
    )
    assert "2 张工单、6 道工序已排到" in texts_of(opened("schedule", "planner", lang="zh_CN"))


def test_each_part_of_the_board_is_drawn(opened: Opened) -> None:
    for tab, told in (("Load", "1440"), ("Late orders", "WO000002"), ("Operations", "WO000001"), ("Approve", "WO")):
        page = section(opened, "planner", tab)
        assert told in texts_of(page) or page.dataframe, tab
    for rows in ("machine", "order"):
        assert not opened("schedule", "planner", rows=rows, span="all", center="BENCH").exception


def test_whoever_may_not_decide_sees_no_button(opened: Opened) -> None:
    assert not [button for button in section(opened, "analyst", "Approve").button if button.key == "approve-schedule"]
    assert "Your roles do not open this page" in texts_of(opened("schedule", "salesperson"))


def test_published_facts_give_the_published_schedule(at_home: Path) -> None:
    for name in ("full", "nocost"):
        edition = current_edition(name)
        company = int(answered(edition, "schedule_company", {})["company_id"][0])
        found = schedule(schedule_facts(edition, company), exchanges=20_000, search=Search(0.2)).operations
        published = answered(edition, "schedule_operations", {}).sort("work_order_operation_id")
        moments = found.sort("operation_id").select((pl.col("start", "end") * 60_000_000).cast(pl.Datetime("us")))
        assert moments.rows() == published.select("planned_start", "planned_end").rows()


def ended(company: int) -> ScheduleSearch:
    """The search, when it has ended."""
    search = search_of(current_edition("full"), company)
    assert search is not None
    until = monotonic() + 60
    while search.state == "searching" and monotonic() < until:
        sleep(0.1)
    return search


def test_a_search_runs_beside_the_board_and_its_answer_stands_beside_the_schedule(opened: Opened) -> None:
    """The two orders are as good as can be, so nothing better is found; a second search is refused while it runs."""
    edition = current_edition("full")
    company = int(answered(edition, "schedule_company", {})["company_id"][0])
    assert not [button for button in section(opened, "analyst", "Improve").button if button.key == "search-start"]
    page = section(opened, "planner", "Improve")
    [button] = [button for button in page.button if button.key == "search-start"]
    button.click().run()
    with pytest.raises(AnotherSearchRuns):
        start_search(edition, company, 5, "foreman")
    assert "1 end late" in texts_of(opened("schedule", "analyst"))  # nobody waits for it
    search = ended(company)
    assert (search.state, search.failure) == ("done", "")
    orders = improved_orders(edition, company, search)
    assert orders["days_late"].sum() == orders["days_late_then"].sum() == 1
    page = section(opened, "planner", "Improve")
    assert "nothing better was found" in page.info[0].value
    [drop] = [button for button in page.button if button.key == "search-drop"]
    drop.click().run()
    assert search_of(edition, company) is None


def test_a_search_is_stopped_by_whoever_wants(opened: Opened) -> None:
    edition = current_edition("full")
    company = int(answered(edition, "schedule_company", {})["company_id"][0])
    search = start_search(edition, company, 600, "planner")
    page = section(opened, "foreman", "Improve")
    [button] = [button for button in page.button if button.key == "search-stop"]
    assert not button.click().run().exception
    assert search.state == "stopped"
    assert search.process is not None
    assert search.process.wait(timeout=10) != 0
    assert "is as it was" in texts_of(section(opened, "foreman", "Improve"))
    forget_search(edition, company)


def test_approving_sets_the_dates_of_the_orders(opened: Opened) -> None:
    page = section(opened, "foreman", "Approve")
    [button] = [button for button in page.button if button.key == "approve-schedule"]
    page = button.click().run()
    assert not page.exception
    assert "2 orders have the dates of the schedule" in page.success[0].value
    with door().engine.connect() as connection:
        dates = connection.execute(text("select start_date, due_date from work_order order by id")).fetchall()
    assert [tuple(str(day) for day in row) for row in dates] == [("2026-06-15",) * 2, ("2026-06-15", "2026-06-16")]


def test_an_approval_names_each_operation_once(at_home: Path) -> None:
    operations = answered(current_edition("full"), "schedule_operations", {"order": "WO000001"})
    command = approval("B", operations)
    assert command["build_id"] == "B"
    [order] = command["orders"]
    assert [part["sequence"] for part in order["operations"]] == [10, 20, 30]
    assert order["operations"][0]["start"] == "2026-06-15T06:00:00"


def test_the_api_asks_and_pins(signed_in: Callable[[str], TestClient]) -> None:
    client = signed_in("planner")
    rows = client.get("/questions/schedule_operations").json()
    assert "WO000001" in str(rows)
    pin = {"order": "WO000001", "sequence": 30, "start": "2026-06-15T13:00"}
    assert client.post("/commands/pin_operation", json=pin).status_code == 200
    assert signed_in("salesperson").post("/commands/pin_operation", json=pin).status_code == 403


def test_three_hundred_operations_are_drawn_as_data() -> None:
    first = datetime(2026, 6, 15)
    starts = [first + timedelta(hours=place) for place in range(300)]
    bars = [
        (place % 12, start, start + timedelta(minutes=50), f"operation {place}", "WO", "#2563eb")
        for place, start in enumerate(starts)
    ]
    chart = gantt([f"machine {place}" for place in range(12)], bars, first, datetime(2026, 6, 29))
    drawn = chart["series"][0]["data"]
    assert len(drawn) == 300
    assert drawn[0]["coords"] == [[1781481600000, 0], [1781484600000, 0]]  # the clock as it stands, in UTC
    assert not any(bar["label"]["show"] for bar in drawn)
    assert gantt(["m"], bars[:24], first, datetime(2026, 6, 15, 6))["series"][0]["data"][-1]["name"] == "operation 6"


def test_a_frozen_time_is_shaded_as_far_as_it_is_drawn() -> None:
    first, last = datetime(2026, 6, 15), datetime(2026, 6, 18)
    bars = [(0, first, last, "operation", "WO1", "#2563eb")]
    frozen = datetime(2026, 6, 14), datetime(2026, 6, 16)
    series = gantt(["m"], bars, first, last, frozen)["series"]
    [[begin, end]] = series[1]["markArea"]["data"]
    assert end["xAxis"] - begin["xAxis"] == 24 * 3600 * 1000
    assert series[0]["data"][0]["coords"][0][0] == begin["xAxis"]
    assert len(gantt(["m"], bars, first, last, (datetime(2026, 6, 13), first))["series"]) == 1


def test_the_gantt_shows_the_days_that_are_chosen(opened: Opened) -> None:
    drawn: dict[str, int] = {}
    for chosen in ("", "2026-06-16", "2026-06-17"):
        page = opened("schedule", "planner", span="1", **({"from": chosen} if chosen else {}))
        assert not page.exception
        frames = [frame.value for frame in page.dataframe if "planned_start" in frame.value.columns]
        drawn[chosen] = sum(len(frame) for frame in frames)
    assert drawn[""] == 6
    assert 0 < drawn["2026-06-16"] < 6
    assert drawn["2026-06-17"] == 0
    assert "Nothing starts in this time" in texts_of(page)
    assert "shaded: frozen before Jun 17, 2026" in texts_of(opened("schedule", "planner"))


def test_a_message_of_the_plan_is_previewed_and_carried_out(opened: Opened, token_of: Callable[[str], str]) -> None:
    """Nobody wants the lamps, so the plan asks to cancel both orders; one of them is."""
    page = opened("mrp_workbench", "planner", part="messages")
    assert not page.exception
    [button] = [button for button in page.button if str(button.key).endswith("-follow")]
    page = button.click().run()
    assert not page.exception
    assert [button.key for button in page.button if button.key == "follow-confirm"] == ["follow-confirm"]
    edition = current_edition("full")
    messages = answered(edition, "mrp_messages", {"action": "cancel"}).filter(pl.col("supply_kind") == "work_order")
    message = messages.row(messages.height - 1, named=True)
    planner = session_actor(door(), token_of("planner"))
    data = {"supply_id": message["supply_id"], "build_id": edition.build_id, "action": "cancel"}
    answer = carry_out(planner, "follow_message", data, "once")
    assert carry_out(planner, "follow_message", data, "once") == answer
    with door().engine.connect() as connection:
        states = connection.execute(text("select state from document where id = :id"), {"id": message["document_id"]})
        assert states.scalar_one() == "cancelled"
    with pytest.raises(NotFound):
        carry_out(planner, "follow_message", data | {"action": "expedite"}, "other")
    assert not [button for button in opened("mrp_workbench", "analyst", part="messages").button
                if str(button.key).endswith("-follow")]  # fmt: skip
