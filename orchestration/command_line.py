"""The command line `bihuan`: found a home, record, refresh, ask, look after it.

An expected failure (a refusal, a missing file, a full disk) is one sentence on stderr and exit code 1; wrong usage
is exit code 2.
"""

import errno
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer._click.exceptions import ClickException, UsageError

if TYPE_CHECKING:
    from orchestration.known import Known
    from transactions import Door
    from transactions.kernel.users import Actor

app = typer.Typer(
    name="bihuan",
    help="Bihuan 闭环: every order's real cost, profit and delivery date.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
import_app = typer.Typer(help="Take over data of another system.", no_args_is_help=True)
app.add_typer(import_app, name="import")

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]
AsUser = Annotated[str | None, typer.Option("--as", help="user who acts; by default the administrator")]
BOARD_PORT, DAGSTER_PORT, DOCS_PORT = 8501, 3070, 8580


class Expected(Exception):
    """A failure that is said in one sentence."""


def main() -> NoReturn:
    """Entry point of the program `bihuan`."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Carries out one command line; returns its exit code."""
    try:
        with _expected_failures():
            code = typer.main.get_command(app).main(args=arguments, prog_name="bihuan", standalone_mode=False)
        return int(code or 0)
    except ClickException as usage:
        usage.show()
        return usage.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except Expected as failure:
        print(f"bihuan: {failure}".encode("utf-8", "backslashreplace").decode(), file=sys.stderr)
        return 1


@contextmanager
def _expected_failures() -> Iterator[None]:
    """Turns every failure that a user can meet into one sentence."""
    try:
        yield
    except (ClickException, typer.Exit, typer.Abort, Expected):
        raise
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise Expected("the disk is full; nothing half done was kept") from error
        named = f": {error.filename}" if error.filename else ""
        raise Expected(f"{(error.strerror or str(error)).lower()}{named}") from error
    except Exception as error:
        if not _is_expected(error):
            raise
        said = getattr(error, "orig", None) or error  # what the database says, without the statement
        raise Expected(" ".join(str(said).split())) from error


def _is_expected(error: Exception) -> bool:
    """By name where importing the kind would cost a second for a kind that cannot have been raised."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    module = type(error).__module__
    own = {
        "Refusal",
        "LineRefused",
        "LineIsUnreadable",
        "NothingIsPublished",
        "RefreshIsRunning",
        "RefreshFailed",
        "BackupIsDamaged",
        "HomeIsNotEmpty",
        "NoDayOfABuild",
    }
    own |= {"MomentHasNotCome", "NothingWasRecorded", "ModelsFailed"}
    unusable = module.startswith(("sqlalchemy.exc", "duckdb", "_duckdb")) and "Error" in kinds | {"Error"}
    return bool(kinds & own) or unusable or "UnreadableFile" in kinds


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _home() -> Path:
    from transactions.kernel.home import home

    return home()


def _object(option: str, text: str) -> dict[str, Any]:
    """The JSON object given with an option."""
    from orchestration.command_file import ObjectIsUnreadable, object_in

    try:
        return object_in(text)
    except ObjectIsUnreadable as unreadable:
        raise UsageError(f"{option} is {unreadable}") from unreadable


def _door() -> "Door":
    from transactions import open_home
    from transactions.kernel.database import PATIENCE_OF_A_PERSON_SECONDS, address_of
    from transactions.kernel.home import database_url

    address = address_of(database_url())
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").exists():
        raise Expected(f"there is no company home at {_home()}; `bihuan init` makes one")
    return open_home(patience_seconds=PATIENCE_OF_A_PERSON_SECONDS)


def _actor(door: "Door", username: str | None) -> str:
    """The user named, or the first administrator."""
    from orchestration.administrator import first_administrator

    return username or first_administrator(door.engine)


@app.command()
def init(
    username: Annotated[str, typer.Option(help="the administrator's name")] = "administrator",
    password: Annotated[str | None, typer.Option(help="left out: made at random and printed once")] = None,
) -> None:
    """Found a company home: its folder, its database and the administrator. Moves an older database forward."""
    from transactions import make_home

    _home().mkdir(parents=True, exist_ok=True)
    _, given = make_home(username, password)
    if given is None:
        print(f"{_home()} is ready; its users stay as they are")
    else:
        print(f"{_home()} is ready")
        print(f"administrator: {username}")
        if password is None:
            print(f"password: {given}")


@app.command()
def do(
    name: Annotated[str | None, typer.Argument(help="command, such as create_item; left out with --file")] = None,
    data: Annotated[str, typer.Option(help="its data, JSON")] = "{}",
    key: Annotated[str | None, typer.Option(help="the same key is carried out once")] = None,
    file: Annotated[str | None, typer.Option(help="lines of commands, JSON; - for standard input")] = None,
    as_user: AsUser = None,
) -> None:
    """Carry out a command, or a file of them up to the first refusal; answers are JSON."""
    from orchestration.command_file import execute_lines, execute_one

    if (name is None) == (file is None):
        raise UsageError("give the name of a command, or --file")
    if file is not None:
        lines = sys.stdin.buffer if file == "-" else Path(file).open("rb")  # noqa: SIM115 (closed with the program)
        door = _door()
        for done in execute_lines(door, _home(), _actor(door, as_user), lines):
            print(json.dumps(done, ensure_ascii=False))
        return
    parsed = _object("--data", data)
    assert name is not None
    door = _door()
    print(json.dumps(execute_one(door, _home(), _actor(door, as_user), name, parsed, key), ensure_ascii=False))


@app.command()
def commands(
    as_json: Annotated[bool, typer.Option("--json", help="all, with the schema of their data")] = False,
) -> None:
    """List the commands."""
    from transactions.kernel.command import registry

    if not as_json:
        for command in registry().values():
            print(f"{command.name:34} {command.summary}")
        return
    described = [
        {
            "command": command.name,
            "summary": command.summary,
            "permission": command.permission,
            "stage": command.stage,
            "schema": command.form.model_json_schema(),
        }
        for command in registry().values()
    ]
    print(json.dumps(described, ensure_ascii=False, indent=1))


@app.command()
def refresh(
    as_of: Day = None,
    full: Annotated[bool, typer.Option("--full", help="from nothing instead of from the last build")] = False,
    all_tests: Annotated[bool, typer.Option("--all-tests", help="every test, as nightly")] = False,
    force: Annotated[bool, typer.Option("--force", help="also when nothing changed")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="for a refresh that is running")] = False,
) -> None:
    """Bring the warehouse up to the present and publish it."""
    door = _door()
    _refresh(door, as_of.date() if as_of else None, full=full, all_tests=all_tests, force=force, wait=wait)


def _refresh(
    door: "Door",
    as_of: date | None,
    *,
    full: bool = False,
    all_tests: bool = False,
    force: bool = False,
    wait: bool = False,
) -> None:
    from orchestration.refresh import refresh as refreshed

    outcome = refreshed(
        _home(),
        door.engine,
        clock=door.clock,
        as_of=as_of,
        full=full,
        all_tests=all_tests,
        force=force,
        wait=wait,
        as_run=True,
        progress=_say,
    )
    if outcome.state == "unchanged":
        print(f"nothing changed: build {outcome.build_id} as of {outcome.as_of} stays published")
        return
    failed = outcome.manifest["proofs_failed"]
    proofs = "all proofs hold" if not failed else f"{failed} proofs do not hold"
    seconds = sum(outcome.manifest["seconds"].values())
    print(f"published build {outcome.build_id} as of {outcome.as_of} in {seconds:.1f} s; {proofs}")


@app.command()
def sql(
    question: Annotated[str, typer.Argument(help="one select; - for standard input")],
    form: Annotated[str, typer.Option("--format", help="table, csv or json")] = "table",
    build_id: Annotated[str | None, typer.Option("--build", help="a kept build instead of the published one")] = None,
    known_at: Annotated[str | None, typer.Option("--known-at", help="as known at that moment: see `known`")] = None,
    as_user: AsUser = None,
) -> None:
    """Ask the published warehouse (schemas marts, reports and meta), read-only, as far as the user's role may see."""
    from dbt_project.published import published_build
    from orchestration.answer_table import FORMATS, written

    if form not in FORMATS:
        raise UsageError(f"--format is {', '.join(FORMATS)}")
    if build_id is not None and known_at is not None:
        raise UsageError("give --build or --known-at")
    build = _known(known_at, None).build if known_at else published_build(_home(), build_id)
    edition = _edition_of(as_user) if as_user else "full"
    with build.open(edition) as connection:
        answer = connection.execute(sys.stdin.read() if question == "-" else question)
        columns = [column[0] for column in answer.description or []]
        print(written(columns, answer.fetchall(), form))


@app.command()
def ask(
    name: Annotated[str | None, typer.Argument(help="question, such as promise_dates; left out: list them")] = None,
    data: Annotated[str, typer.Option(help="its filters, JSON; - for standard input")] = "{}",
    form: Annotated[str, typer.Option("--format", help="table, csv or json")] = "table",
    as_user: AsUser = None,
) -> None:
    """Ask a question of the published build as boards do: `bihuan ask promise_dates --data '{"order": 7}'`."""
    from dashboards.edition import current_edition
    from dashboards.questions.question import ask as answer_to
    from dashboards.questions.question import questions
    from orchestration.answer_table import FORMATS, written

    if form not in FORMATS:
        raise UsageError(f"--format is {', '.join(FORMATS)}")
    actor = _user(_actor(_door(), as_user))
    if name is None:
        for question in questions().values():
            if actor.may(question.permission):
                print(f"{question.name:34} {question.summary}")
        return
    filters = _object("--data", sys.stdin.read() if data == "-" else data)
    found = answer_to(actor, current_edition(actor.edition), name, filters)
    print(written(found.columns, found.rows(), form))


@app.command()
def known(
    at: Annotated[str, typer.Option("--at", help="2012-06-30T18:00Z; a bare date is the end of that day")],
    as_of: Day = None,
) -> None:
    """Make what was known at a past moment, and say the figures that it had: orders, profit, stock."""
    from orchestration.answer_table import written

    found = _known(at, as_of.date() if as_of else None)
    spent = f" in {sum(found.seconds.values()):.1f} s" if found.seconds else ""
    moment = f"{found.known_at:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
    print(f"as known at {moment} UTC, as of {found.as_of}: {found.build.build_id} ({found.how}{spent})")
    with found.build.open("full") as connection:
        answer = connection.execute(
            """with orders as (
                select company_id, count(distinct sales_order_id) as orders, sum(revenue) as revenue,
                    sum(total_cost) as total_cost, sum(profit) as profit
                from marts.fct_order_profit group by company_id
            ),
            stock as (
                select company_id, sum(value_amount) as stock_value from marts.fct_stock_on_hand group by company_id
            )
            select companies.company_code, coalesce(orders.orders, 0) as orders, orders.revenue, orders.total_cost,
                orders.profit, stock.stock_value
            from marts.dim_company as companies
            left join orders using (company_id) left join stock using (company_id) order by companies.company_id"""
        )
        print(written([column[0] for column in answer.description or []], answer.fetchall(), "table"))


def _known(at: str, as_of: date | None) -> "Known":
    from dbt_project.published import published_build
    from orchestration.known import known_at_moment, moment_of, time_zone_of

    door = _door()
    try:
        moment = moment_of(at, time_zone_of(published_build(_home()).folder / "work.duckdb"))
    except ValueError as wrong:
        raise UsageError(f"{at!r} is no moment such as 2012-06-30T18:00Z") from wrong
    return known_at_moment(_home(), moment, now=door.clock.now(), as_of=as_of, progress=_say)


def _edition_of(username: str) -> str:
    return _user(username).edition


def _user(username: str) -> "Actor":
    from transactions.kernel.database import reading
    from transactions.kernel.users import actor_named
    from transactions.kernel.work import Work

    with reading(_door().engine) as connection:
        return actor_named(Work(connection, {}), username)


@app.command()
def settle(as_user: AsUser = None) -> None:
    """Post the pending cost rows of the published build as journal entries."""
    from orchestration.settlement import settle_published_build

    door = _door()
    _say_settled(settle_published_build(_home(), door, _actor(door, as_user)))


@app.command()
def close_period(
    period: Annotated[str, typer.Argument(help="month, such as 2026-04")],
    company: Annotated[str | None, typer.Option(help="its code; by default the first")] = None,
    as_of: Day = None,
    as_user: AsUser = None,
) -> None:
    """Refresh, settle what is pending, then lock the period: it keeps what is known of it."""
    from orchestration import settlement

    door = _door()
    day = as_of.date() if as_of else None
    actor = _actor(door, as_user)
    _say_settled(settlement.close_period(_home(), door, actor, period, company=company, as_of=day))
    print(f"{period} is locked")


def _say_settled(answers: list[dict[str, Any]]) -> None:
    if not answers:
        print("nothing is pending")
    for answer in answers:
        if answer["already_settled"]:
            print(f"{answer['company']}: this build was settled before")
        else:
            print(
                f"{answer['company']}: {answer['row_count']} rows in entries {', '.join(answer['entries']) or 'none'}"
            )


@app.command()
def doctor() -> None:
    """Check the promised invariants on your own data; says what is wrong, and where."""
    from orchestration.doctor import examined
    from transactions.kernel.database import PATIENCE_OF_A_PERSON_SECONDS, open_engine
    from transactions.kernel.home import database_url

    if not _home().is_dir():
        raise Expected(f"there is no home at {_home()}; `bihuan init` makes one")
    ill = 0
    for finding in examined(open_engine(database_url(), PATIENCE_OF_A_PERSON_SECONDS), _home()):
        print(f"{'ok ' if finding.holds else 'BAD'} {finding.check}: {finding.message}")
        ill += not finding.holds
    if ill:
        raise Expected(f"{ill} of the checks do not hold")


@app.command()
def backup(
    target: Annotated[Path | None, typer.Argument(help="file to write; left out: one in the home's backups")] = None,
) -> None:
    """Back up the company's database into one file while people work; the warehouse is made again from it."""
    from orchestration.backup import back_up

    door = _door()
    now = door.clock.now()
    if target is not None and not target.absolute().parent.is_dir():
        raise Expected(f"there is no folder {target.absolute().parent} to write the backup into")
    file = target or _home() / "backups" / f"bihuan-{now:%Y%m%dT%H%M%SZ}.backup"
    done = back_up(door.engine, file, now)
    rows = ", ".join(f"{count} {table} rows" for table, count in done["rows"].items())
    print(f"{file}: {done['bytes'] / 1e6:.1f} MB, {rows}")


@app.command()
def restore(source: Annotated[Path, typer.Argument(help="a file that `bihuan backup` wrote")]) -> None:
    """Put a backup into an empty home: every byte is checked first, every invariant afterwards."""
    from orchestration.backup import restore as restored
    from transactions.kernel.home import database_url

    _home().mkdir(parents=True, exist_ok=True)
    done = restored(source, database_url())
    print(f"restored what was there at {done['taken_at']}; `bihuan refresh` makes the warehouse")
    doctor()


@app.command()
def up(
    host: Annotated[str, typer.Option(help="address to listen on; 0.0.0.0 for the whole network")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="of boards, entry pages and API")] = BOARD_PORT,
    dagster_port: Annotated[int, typer.Option(help="of Dagster's page, on this machine only; 0: none")] = DAGSTER_PORT,
) -> None:
    """Serve the boards, keep them fresh, show the runs. Ends with Ctrl-C."""
    from orchestration.serving import serve_all

    _door().engine.dispose()  # says now what would be wrong with the home
    serve_all(_home(), host, port, dagster_port or None, _say)


@app.command()
def docs(
    port: Annotated[int, typer.Option(help="on this machine only; 0 takes a free one")] = DOCS_PORT,
    once: Annotated[bool, typer.Option("--once", help="only write the files and say where")] = False,
) -> None:
    """Serve the documentation of the warehouse: every table and column, with lineage."""
    from orchestration.dbt_run import DbtRun
    from orchestration.serving import serve_docs
    from orchestration.warehouse_folder import WarehouseFolder

    warehouse = WarehouseFolder.of_home(_home())
    manifest = warehouse.published_manifest()
    if manifest is None:
        raise Expected("nothing is published yet; `bihuan refresh` makes the first build")
    work_file = warehouse.build_folder(manifest["build_id"]) / "work.duckdb"
    variables = {"as_of": manifest["as_of"], "build_id": manifest["build_id"]}
    folder = DbtRun(warehouse.dbt).write_docs(work_file, variables)
    if once:
        print(folder)
    else:
        serve_docs(folder, port, _say)


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="end after the pipeline instead of serving")] = False,
    scale: Annotated[int, typer.Option(help="size of the company; 1 is a small one")] = 1,
    seed: Annotated[int, typer.Option(help="of the generated company")] = 1,
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option()] = BOARD_PORT,
    dagster_port: Annotated[int, typer.Option(help="0: none")] = DAGSTER_PORT,
) -> None:
    """A whole company from nothing to the boards: found, generate, refresh, serve."""
    from ingestion.sources.demo import DEMO_PASSWORD, DEMO_USERS, is_complete, make_demo
    from orchestration.serving import serve_all
    from transactions import make_home

    once = once or os.environ.get("ONCE", "") not in ("", "0")
    _home().mkdir(parents=True, exist_ok=True)
    door, _ = make_home("administrator", DEMO_PASSWORD)
    begun = (_home() / "demo.json").exists()
    if begun or _has_no_company(door):
        if not is_complete(_home()):
            _say("making the demo company: two years of a furniture maker")
            make_demo(door, _home(), seed=seed, scale=scale, progress=_say)
        print(f"sign in as administrator, {', '.join(DEMO_USERS)}; the password of each is {DEMO_PASSWORD}")
    else:
        _say(f"{_home()} holds a company already, which is left as it is")
    _refresh(door, None, wait=True)
    if not once:
        door.engine.dispose()
        serve_all(_home(), host, port, dagster_port or None, _say)


def _has_no_company(door: "Door") -> bool:
    from sqlalchemy import select

    from transactions.kernel.database import reading
    from transactions.master.tables import company

    with reading(door.engine) as connection:
        return connection.execute(select(company.c.id).limit(1)).first() is None


@import_app.command()
def adventureworks(
    folder: Annotated[Path, typer.Argument(help="the folder with its files")],
    until: Day = None,
    as_user: AsUser = None,
) -> None:
    """Import the AdventureWorks files through commands; run again it goes on where it stopped."""
    from ingestion.sources.adventureworks import import_adventureworks

    def progress(done: int, of: int) -> None:
        if done == of or done % 5000 == 0:
            _say(f"{done} of {of} commands")

    door = _door()
    report = import_adventureworks(
        folder, door, actor=_actor(door, as_user), progress=progress, until=until.date() if until else None
    )
    print(report)
