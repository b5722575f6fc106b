"""Making the demo company: its masters, two years of work, its demo users."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from time import perf_counter
from typing import TypedDict

from ingestion.sources.demo.catalogue import COMPANY, CURRENCY, WAREHOUSE, Catalogue, furniture_maker
from ingestion.sources.demo.factory import Factory
from ingestion.sources.demo.recorder import Recorder, recording
from transactions import Door

DEMO_PASSWORD = "bihuan-demo"
DEMO_USERS = {
    "owner": "Lin Yue 林悦", "planner": "Chen Bo 陈博", "buyer": "Wang Fang 王芳", "accountant": "Zhao Min 赵敏",
    "salesperson": "Liu Wei 刘伟", "analyst": "Sun Li 孙丽", "storekeeper": "He Jun 何军", "foreman": "Gao Qiang 高强",
}  # fmt: skip
DAYS = 730
MACHINES = 3  # at each work centre, eight hours a day
STATE_FILE = "demo.json"


class Story(TypedDict):
    """What `demo.json` keeps, so that an interrupted run makes the same company."""

    seed: int
    scale: int
    days: int
    end: str
    complete: bool


@dataclass(frozen=True)
class DemoReport:
    """What was recorded. commands: by name."""

    commands: dict[str, int]
    seconds: float
    first_day: date
    last_day: date


def is_complete(folder: Path) -> bool:
    """Whether the demo company of this home was made to its end."""
    try:
        return bool(json.loads((folder / STATE_FILE).read_text(encoding="utf-8")).get("complete"))
    except FileNotFoundError:
        return False


def make_demo(
    door: Door,
    folder: Path,
    *,
    seed: int = 1,
    scale: int = 1,
    end: date | None = None,
    days: int = DAYS,
    progress: Callable[[str], None] = lambda said: None,
) -> DemoReport:
    """Generate and record the company; interrupted, the same call goes on where it stopped.

    folder: the home, where `demo.json` keeps seed, scale and last day. end: the last day, by default yesterday by the
    door's clock. scale: orders per day, 1 for about 6,000 orders in two years.
    """
    started = perf_counter()
    story = _story(folder, Story(seed=seed, scale=scale, days=days, end=str(end or _yesterday(door)), complete=False))
    catalogue = furniture_maker(story["seed"])
    last_day = date.fromisoformat(story["end"])
    first_day = last_day - timedelta(days=story["days"] - 1)
    with recording(door, "demo-") as recorder:
        recorder.day(first_day - timedelta(days=30))
        _record_masters(recorder, catalogue, story["seed"], first_day)
        factory = Factory(catalogue, recorder, Random(f"story {story['seed']}"), story["scale"], first_day, last_day)
        factory.open_stock()
        for number in range(story["days"]):
            day = first_day + timedelta(days=number)
            if day.day == 1:
                progress(f"{day:%Y-%m}: {recorder.count:,} commands")
            factory.live(day)
        for role, name in DEMO_USERS.items():
            recorder.record(
                "create_user", username=role, password=DEMO_PASSWORD, roles=[role], display_name=name,
                language="zh_CN" if role in ("planner", "buyer") else "en",
            )  # fmt: skip
        recorder.commit()
        counts = dict(sorted(recorder.by_command.items()))
    (folder / STATE_FILE).write_text(json.dumps({**story, "complete": True}), encoding="utf-8")
    return DemoReport(counts, perf_counter() - started, first_day, last_day)


def _yesterday(door: Door) -> date:
    return (door.clock.now() - timedelta(days=1)).date()


def _story(folder: Path, wanted: Story) -> Story:
    """What an interrupted run was making, else what is wanted now."""
    path = folder / STATE_FILE
    if path.exists():
        kept: Story = json.loads(path.read_text(encoding="utf-8"))
        return kept
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(wanted), encoding="utf-8")
    return wanted


def _record_masters(recorder: Recorder, catalogue: Catalogue, seed: int, first_day: date) -> None:
    record, since = recorder.record, str(first_day - timedelta(days=30))
    record(
        "create_company", code=COMPANY, name="Linden Furniture 菩提家具", currency=CURRENCY, time_zone="Asia/Shanghai"
    )
    record("create_warehouse", code=WAREHOUSE, name="Main warehouse 主仓")
    record("create_tax_code", code="VAT13", name="VAT 13 %", rate="0.13")
    random = Random(f"rates {seed}")
    month = first_day.replace(day=1) - timedelta(days=31)
    while month < first_day + timedelta(days=DAYS + 40):
        rate = Decimal(str(round(random.uniform(6.9, 7.3), 4)))
        record("set_exchange_rate", currency="USD", rate=str(rate), effective_date=str(month.replace(day=1)))
        month += timedelta(days=31)
    for supplier in catalogue.suppliers:
        record(
            "create_partner", code=supplier.code, name=supplier.name, is_customer=False, is_supplier=True,
            currency=supplier.currency, country=supplier.country, payment_term_days=supplier.payment_term_days,
        )  # fmt: skip
    for customer in catalogue.customers:
        record(
            "create_partner", code=customer.code, name=customer.name, is_customer=True, is_supplier=False,
            currency=CURRENCY, country=customer.country, payment_term_days=customer.payment_term_days,
        )  # fmt: skip
    for center in catalogue.work_centers:
        record(
            "create_work_center", code=center.code, name=center.name, labour_rate=str(center.labour_rate),
            overhead_rate=str(center.overhead_rate), capacity_hours_per_day="24", effective_date=since,
        )  # fmt: skip
        record(
            "set_work_center_hours", work_center=center.code, machines=MACHINES, opens_at="08:00",
            breaks=[{"starts_at": "12:00", "ends_at": "13:00"}], effective_date=since,
        )  # fmt: skip
    for code, name in (("PROD", "Production 生产部"), ("SALES", "Sales 销售部")):
        record("create_department", code=code, name=name)
    for number in range(1, 13):
        record(
            "create_employee", code=f"E{number:02d}", name=f"Worker {number:02d}", department="PROD",
            hourly_rate=str(28 + number), effective_date=since,
        )  # fmt: skip
    for number in range(1, 5):
        record(
            "create_employee", code=f"V{number:02d}", name=f"Sales rep {number:02d}", department="SALES",
            is_salesperson=True,
        )  # fmt: skip
    for item in reversed(catalogue.items.values()):
        made = {} if item.is_made else {"preferred_supplier": item.supplier}
        # A lot worth setting a machine up for; standard costs spread the set-up over it.
        minimum, multiple = ({0: "3", 1: "4"}.get(item.level, "8"), "1") if item.is_made else ("50", "10")
        record(
            "create_item", code=item.code, name=item.name, unit=item.unit, kind="made" if item.is_made else "bought",
            category=item.category, valuation_method=item.valuation_method, lead_time_days=item.lead_time_days,
            safety_stock={0: "2", 1: "4", 2: "8", 3: "20"}[item.level],
            lot_policy="minimum_multiple", minimum_quantity=minimum, multiple_quantity=multiple, **made,
        )  # fmt: skip
    for item in catalogue.items.values():
        if item.supplier:
            record(
                "set_supplier_price", supplier=item.supplier, item=item.code, unit_price=str(item.price),
                lead_time_days=item.lead_time_days, effective_date=since,
            )  # fmt: skip
        if item.components:
            lines = [{"item": code, "quantity": str(quantity)} for code, quantity in item.components]
            record("create_bom", item=item.code, effective_date=since, lines=lines)
            operations = [
                {"sequence": 10 * place, "work_center": center, "setup_minutes": str(setup), "run_minutes": str(run)}
                for place, (center, setup, run) in enumerate(item.operations, start=1)
            ]
            record("create_routing", item=item.code, effective_date=since, operations=operations)
