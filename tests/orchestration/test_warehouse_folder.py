"""Which builds stay: the newest five, one a day for 14 days, one per period lock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from orchestration.warehouse_folder import kept_builds

NOON = datetime(2024, 5, 17, 12, tzinfo=UTC)


def manifest(name: str, built_at: datetime, locked: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"build_id": name, "built_at": built_at.isoformat(), "locked_periods": list(locked)}


def test_the_newest_five_are_kept() -> None:
    manifests = [manifest(str(number), NOON - timedelta(minutes=number)) for number in range(9)]
    assert kept_builds(manifests) == {"0", "1", "2", "3", "4"}


def test_the_last_of_each_day_is_kept_for_14_days() -> None:
    manifests = [manifest(f"{n}", NOON - timedelta(hours=12 * n)) for n in range(60)]
    kept = {int(name) for name in kept_builds(manifests)}
    assert {0, 1, 2, 3, 4} <= kept
    assert max(kept) == 26  # noon, 13 days before
    assert len(kept) == 14 + 2  # the newest five hold three of the fourteen


def test_the_first_build_after_each_period_lock_is_kept() -> None:
    old = NOON - timedelta(days=400)
    manifests = [manifest(f"new {n}", NOON - timedelta(minutes=n), ("1/2023-01", "1/2023-02")) for n in range(6)]
    manifests += [
        manifest("second lock, later", old + timedelta(hours=3), ("1/2023-01", "1/2023-02")),
        manifest("second lock", old + timedelta(hours=2), ("1/2023-01", "1/2023-02")),
        manifest("first lock", old + timedelta(hours=1), ("1/2023-01",)),
        manifest("before", old),
    ]
    assert kept_builds(manifests) == {"new 0", "new 1", "new 2", "new 3", "new 4", "second lock", "first lock"}
