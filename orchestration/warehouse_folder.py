"""The warehouse as files: builds in folders of their own, and one small file that says which of them is published.

BIHUAN_HOME/warehouse/
    builds/<build id>/work.duckdb              the build itself, from raw rows to figures; the next one starts from it
                      full|cost|nocost.duckdb  the published editions
                      manifest.json            what the build is; absent while it is being made
    published.json                             the pointer: {"build_id": …}
    refresh_status.json                        how the last refresh went, for the boards
    refresh.lock                               held while one refresh runs
    dbt/                                       dbt's own target and log
        forms/                                 editions of the project without a row, from which the next ones begin
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

KEPT_NEWEST = 5
KEPT_DAYS = 14
KEPT_WORK_FILES = 2


class RefreshIsRunning(Exception):
    """Another refresh holds the lock; two never run at once."""


@dataclass(frozen=True)
class WarehouseFolder:
    """The folder `warehouse` of a home."""

    path: Path

    @classmethod
    def of_home(cls, home: Path) -> "WarehouseFolder":
        return cls(home / "warehouse")

    @property
    def builds(self) -> Path:
        return self.path / "builds"

    @property
    def dbt(self) -> Path:
        return self.path / "dbt"

    def build_folder(self, build_id: str) -> Path:
        return self.builds / build_id

    def published_id(self) -> str | None:
        """Id of the published build; None before the first."""
        pointer = read_json(self.path / "published.json")
        return str(pointer["build_id"]) if pointer and pointer.get("build_id") else None

    def manifest(self, build_id: str) -> dict[str, Any] | None:
        """What the finished build is; None where there is none."""
        return read_json(self.build_folder(build_id) / "manifest.json")

    def published_manifest(self) -> dict[str, Any] | None:
        build_id = self.published_id()
        return self.manifest(build_id) if build_id else None

    def publish(self, build_id: str) -> None:
        """Switches the pointer, at once for all readers."""
        write_json(self.path / "published.json", {"build_id": build_id})

    def mend_pointer(self) -> None:
        """Lets a pointer that is damaged, or names a build that is gone, name the newest good build, else nothing.

        The caller holds the refresh lock.
        """
        pointer = self.path / "published.json"
        if pointer.exists() and self.published_manifest() is None:
            good = self.manifests()
            if good:
                self.publish(str(good[0]["build_id"]))
            else:
                pointer.unlink()

    def status(self) -> dict[str, Any]:
        """How the last refresh went: state (running, published, unchanged, failed), reason, at, build_id, as_of."""
        return read_json(self.path / "refresh_status.json") or {}

    def write_status(self, **status: Any) -> None:
        write_json(self.path / "refresh_status.json", status)

    def manifests(self) -> list[dict[str, Any]]:
        """The manifests of all finished builds, newest first."""
        folders = sorted(self.builds.iterdir(), reverse=True) if self.builds.exists() else []
        found = (self.manifest(folder.name) for folder in folders)
        return [manifest for manifest in found if manifest is not None]

    @contextmanager
    def refresh_lock(self, *, wait: bool = False) -> Iterator[None]:
        """Held by the one refresh that may run; `RefreshIsRunning` if another holds it and waiting is not wanted."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "refresh.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RefreshIsRunning("another refresh is running; two never run at once") from None
            yield

    def remove_unfinished(self) -> None:
        """Removes what refreshes that failed or died have left (the lock is held by the caller)."""
        for folder in self.builds.iterdir() if self.builds.exists() else ():
            if not (folder / "manifest.json").exists():
                shutil.rmtree(folder, ignore_errors=True)

    def remove_superseded(self) -> list[str]:
        """Removes builds that need not be kept (see `kept_builds`; the published one is) and returns their ids."""
        manifests = self.manifests()
        kept = kept_builds(manifests) | {self.published_id()}
        removed = []
        for position, manifest in enumerate(manifests):
            folder = self.build_folder(manifest["build_id"])
            if manifest["build_id"] not in kept:
                (folder / "manifest.json").unlink()  # first, so that half a build is no build
                shutil.rmtree(folder, ignore_errors=True)
                removed.append(str(manifest["build_id"]))
            elif position >= KEPT_WORK_FILES and manifest["build_id"] != self.published_id():
                (folder / "work.duckdb").unlink(missing_ok=True)
        return removed


def kept_builds(manifests: list[dict[str, Any]]) -> set[str]:
    """Ids of the builds to keep, given all manifests, newest first.

    The last of each of the last 14 days that have one counts; of each set of locked periods the first build stays.
    """
    kept = {str(manifest["build_id"]) for manifest in manifests[:KEPT_NEWEST]}
    if manifests:
        newest = _built_at(manifests[0])
        days = set()
        for manifest in manifests:
            day = _built_at(manifest).date()
            if day not in days and (newest.date() - day).days < KEPT_DAYS:
                days.add(day)
                kept.add(str(manifest["build_id"]))
    locked: list[str] = []
    for manifest in reversed(manifests):
        if manifest.get("locked_periods", []) != locked:
            locked = manifest.get("locked_periods", [])
            kept.add(str(manifest["build_id"]))
    return kept


def _built_at(manifest: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(manifest["built_at"]).astimezone(UTC)


def read_json(path: Path) -> dict[str, Any] | None:
    """The content of a small file; None where there is none, or a damaged one."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Replaces the file as a whole: readers see the old content or the new, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1, default=str)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Names made in this folder survive a power cut from here on."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
