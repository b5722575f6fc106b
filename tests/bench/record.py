"""Recording: the ways of an order and stock moves through the door, against the same rows by the plain driver.

The raw limit takes the very rows that the commands have written, commit by commit, and inserts them with sqlite3 or
psycopg into a copy of the database without triggers and checks. Ours and raw take turns in rounds.
"""

from __future__ import annotations

import bisect
import http.client
import itertools
import json
import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

import psycopg
from psycopg.types.json import Json

from tests.bench.figure import Measured, median
from tests.embedded_postgres import EmbeddedPostgres
from tests.running_server import running_server
from transactions import Door, make_home, open_home
from transactions.kernel.database import JOURNAL_MODE, metadata, reading, sqlite
from transactions.kernel.tables import writer_state

DAY = "2026-06-15"
PASSWORD = "a long enough password"
ITEMS = 200
Batches = list[list[tuple[str, list[str], list[tuple[Any, ...]]]]]  # per commit: table, its columns, rows


# ---------------------------------------------------------------- the work
def found_company(door: Door) -> None:
    """A company with two warehouses, 200 items in stock and a customer."""
    do = door.execute
    do("create_company", {"code": "B", "name": "Bench", "currency": "EUR"}, "administrator")
    for code in ("MAIN", "SHOP"):
        do("create_warehouse", {"code": code, "name": code}, "administrator")
    with door.batch("administrator") as batch:
        for number in range(ITEMS):
            data = {"code": f"I{number}", "name": f"Item {number}", "unit": "pcs", "kind": "bought"}
            batch.execute("create_item", data)
    do("create_partner", {"code": "C", "name": "Customer", "is_customer": True, "is_supplier": False}, "administrator")
    lines = [{"item": f"I{number}", "quantity": "1000000", "unit_cost": "5"} for number in range(ITEMS)]
    opening = {"effective_date": "2026-01-01", "warehouse": "MAIN", "lines": lines}
    do("record_opening_stock", opening, "administrator")


def order_to_cash(door: Door, number: int, after_each: Callable[[], None] = lambda: None) -> float:
    """One order of five lines from draft to paid, as five commands; seconds within the door."""
    lines = [
        {"item": f"I{(5 * number + place) % ITEMS}", "quantity": "3", "unit_price": "12.50", "promised_date": DAY}
        for place in range(5)
    ]
    order: Any = None
    spent = 0.0

    def execute(command: str, data: dict[str, Any]) -> dict[str, Any]:
        nonlocal spent
        start = time.perf_counter()
        answer = door.execute(command, data, "administrator")
        spent += time.perf_counter() - start
        after_each()
        return answer

    order = execute("create_sales_order", {"customer": "C", "order_date": DAY, "lines": lines})["id"]
    execute("confirm_sales_order", {"order": order})
    execute("deliver_goods", {"order": order, "effective_date": DAY})
    invoice = execute("invoice_customer", {"order": order, "invoice_date": DAY})["id"]
    paid = {"customer": "C", "effective_date": DAY, "amount": "187.50"}
    execute("receive_payment", paid | {"allocations": [{"invoice": invoice, "amount": "187.50"}]})
    return spent


def hundred_moves(door: Door, number: int, after_each: Callable[[], None] = lambda: None) -> float:
    """One transfer of 100 lines; seconds within the door."""
    lines = [{"item": f"I{(number + 2 * place) % ITEMS}", "quantity": "1"} for place in range(100)]
    data = {"from_warehouse": "MAIN", "to_warehouse": "SHOP", "effective_date": DAY, "lines": lines}
    start = time.perf_counter()
    door.execute("transfer_stock", data, "administrator")
    spent = time.perf_counter() - start
    after_each()
    return spent


# ---------------------------------------------------------------- the raw limit
class Raw(Protocol):
    """A copy of the database, written by the plain driver."""

    def write(self, commits: Batches) -> float:
        """Inserts the rows, one transaction per commit; seconds."""


class RawSqlite:
    def __init__(self, seeded: Path, copy: Path) -> None:
        shutil.copyfile(seeded, copy)
        self.connection = sqlite.connect(copy, isolation_level=None)
        for pragma in (f"journal_mode = {JOURNAL_MODE}", "synchronous = full"):
            self.connection.execute(f"pragma {pragma}")
        self.connection.execute("pragma cache_size = -65536")
        for (name,) in self.connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            self.connection.execute(f'drop trigger "{name}"')

    def write(self, commits: Batches) -> float:
        cursor = self.connection.cursor()
        start = time.perf_counter()
        for commit in commits:
            cursor.execute("begin immediate")
            for table, columns, rows in commit:
                names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
                cursor.executemany(f'insert into "{table}" ({names}) values ({marks})', rows)
            cursor.execute("update writer_state set next_id = next_id + 1")
            cursor.execute("commit")
        return time.perf_counter() - start


class RawPostgres:
    def __init__(self, address: str) -> None:
        self.connection = psycopg.connect(address)
        self.connection.execute("set session_replication_role = replica")  # no triggers, no foreign keys
        self.connection.commit()

    def write(self, commits: Batches) -> float:
        cursor = self.connection.cursor()
        start = time.perf_counter()
        for commit in commits:
            for table, columns, rows in commit:
                names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join(["%s"] * len(columns))
                cursor.executemany(f'insert into "{table}" ({names}) values ({marks})', rows)
            cursor.execute("update writer_state set next_id = next_id + 1")
            self.connection.commit()
        return time.perf_counter() - start


class Written:
    """Notes where each command ended, and hands out what it wrote."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.ends = [self._next_id()]

    def note(self) -> None:
        self.ends.append(self._next_id())

    def commits(self) -> Batches:
        """The rows that were inserted since the last call, by command and table; values as the driver takes them."""
        first, self.ends = self.ends, [self.ends[-1]]
        batches: Batches = [[] for _ in first[1:]]
        with reading(self.door.engine) as connection:
            for table in metadata.sorted_tables:
                if "id" not in table.c or table.name == "writer_state":
                    continue
                text = f"select * from {table.name} where id >= {first[0]} and id < {first[-1]} order by id"
                found: Any = connection.exec_driver_sql(text)
                columns, rows = list(found.keys()), [tuple(row) for row in found]
                at = columns.index("id")
                ids: list[int] = [row[at] for row in rows]
                for place, (low, high) in enumerate(itertools.pairwise(first)):
                    begin, end = bisect.bisect_left(ids, low), bisect.bisect_left(ids, high)
                    if begin < end:
                        plain = [tuple(_plain(value) for value in row) for row in rows[begin:end]]
                        batches[place].append((table.name, columns, plain))
        return batches

    def _next_id(self) -> int:
        with reading(self.door.engine) as connection:
            return int(connection.execute(writer_state.select()).one().next_id)


def _plain(value: Any) -> Any:
    return Json(value) if isinstance(value, (dict, list)) else value


# ---------------------------------------------------------------- the databases
@contextmanager
def sqlite_company() -> Iterator[tuple[Door, Raw]]:
    """A founded company in a SQLite file, flushed at every commit, and its raw copy."""
    with tempfile.TemporaryDirectory(prefix="bihuan-bench-") as folder:
        path = Path(folder) / "bihuan.sqlite"
        door, _ = make_home(password=PASSWORD, url=f"sqlite:///{path}")
        found_company(door)
        door.engine.dispose()
        yield door, RawSqlite(path, path.with_name("raw.sqlite"))
        door.engine.dispose()


@contextmanager
def postgres_company() -> Iterator[tuple[Door, Raw]]:
    """A founded company in a PostgreSQL of its own, flushed at every commit, and its raw copy."""
    with EmbeddedPostgres(durable=True) as server:
        name = server.create_database()
        door, _ = make_home(password=PASSWORD, url=server.url(name).render_as_string(hide_password=False))
        found_company(door)
        door.engine.dispose()
        copy = server.url(server.create_database(template=name)).set(drivername="postgresql")
        yield door, RawPostgres(copy.render_as_string(hide_password=False))
        door.engine.dispose()


COMPANIES = {"SQLite": sqlite_company, "PostgreSQL": postgres_company}
Work = Callable[[Door, int, Callable[[], None]], float]


def in_turns(system: str, work: Work, units: int, repeats: int, rounds: int) -> Measured:
    """Rounds of the work and of the same rows raw; units a second, by the median round."""
    with COMPANIES[system]() as (door, raw):
        for warm in range(3):
            work(door, warm, lambda: None)
        written = Written(door)
        ours, bare, rows = [], [], 0
        for turn in range(rounds):
            ours.append(sum(work(door, 3 + turn * repeats + place, written.note) for place in range(repeats)))
            commits = written.commits()
            rows = sum(len(inserted) for commit in commits for _, _, inserted in commit)
            bare.append(raw.write(commits))
    rate, limit = repeats * units / median(ours), repeats * units / median(bare)
    return Measured(rate, rows, ours, raw=limit, raw_name="same rows and commits by plain driver")


def orders_to_cash(system: str, quick: bool) -> Measured:
    return in_turns(system, order_to_cash, 1, 3 if quick else 40, 2 if quick else 5)


def stock_moves(system: str, quick: bool) -> Measured:
    return in_turns(system, hundred_moves, 100, 2 if quick else 20, 2 if quick else 5)


# ---------------------------------------------------------------- several clients
UNHINDERED = {"BIHUAN_API_REQUESTS_PER_MINUTE": "1000000"}


class ApiClient:
    """The door as who calls the API of a running server has it."""

    def __init__(self, address: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        form = {"content-type": "application/x-www-form-urlencoded"}
        token = self._posted("session", f"username=administrator&password={quote(PASSWORD)}", form)["token"]
        self.headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}

    def execute(self, command: str, data: dict[str, Any], _actor: str) -> dict[str, Any]:
        return self._posted(f"commands/{command}", json.dumps(data), self.headers)

    def _posted(self, path: str, body: str, headers: dict[str, str]) -> dict[str, Any]:
        self.connection.request("POST", f"/api/{path}", body, headers)
        answer = self.connection.getresponse()
        said: dict[str, Any] = json.loads(answer.read())
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {said}")
        return said


def _client(way: str, cycles: int, first: int, together: Any, answers: Any) -> None:
    door: Any = ApiClient(way) if way.startswith("http") else open_home(way)
    order_to_cash(door, first)
    together.wait()
    start = time.perf_counter()
    for number in range(cycles):
        order_to_cash(door, first + number)
    answers.put((start, time.perf_counter()))


def _clients(way: str, count: int, cycles: int) -> float:
    """Seconds from the first client's beginning to the last one's end; each, a process, does its share of the cycles.

    way: the database's address, or a server's.
    """
    context = multiprocessing.get_context("spawn")
    together, answers = context.Barrier(count), context.Queue()
    shares = [(way, cycles // count, 1000 * number, together, answers) for number in range(count)]
    processes = [context.Process(target=_client, args=share) for share in shares]
    for process in processes:
        process.start()
    times = [answers.get(timeout=600) for _ in processes]
    for process in processes:
        process.join()
    return float(max(end for _, end in times) - min(start for start, _ in times))


def four_clients(system: str, quick: bool) -> Measured:
    """Four clients of one server at once against one, the same number of cycles: `raw` is the one.

    Requests are counted as for everybody, against a limit that no machine reaches: the server is measured, not the
    allowance of the one user whose name all clients bear.
    """
    with COMPANIES[system]() as (door, _raw), tempfile.TemporaryDirectory(prefix="bihuan-bench-") as home:
        url = door.engine.url.render_as_string(hide_password=False)
        with running_server(Path(home), BIHUAN_DATABASE_URL=url, **UNHINDERED) as address:
            return _four_against_one(address, quick)


def four_processes(system: str, quick: bool) -> Measured:
    """The same for four programs that each open the database themselves."""
    with COMPANIES[system]() as (door, _raw):
        return _four_against_one(door.engine.url.render_as_string(hide_password=False), quick)


def _four_against_one(way: str, quick: bool) -> Measured:
    cycles, rounds = (8, 1) if quick else (120, 3)
    alone, together = [], []
    for _ in range(rounds):
        alone.append(_clients(way, 1, cycles))
        together.append(_clients(way, 4, cycles))
    one, four = cycles / median(alone), cycles / median(together)
    return Measured(four, cycles, together, raw=one, raw_name="one client")
