"""The command line: what a user types, what comes back, and that a failure is one sentence and no traceback."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest

from ingestion.replication import replicate
from orchestration.command_line import run
from tests.orchestration.conftest import SmallHome
from transactions.kernel.database import open_engine, sqlite


@pytest.fixture
def founded(migrated_home: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert run(["init", "--password", "a good password"]) == 0
    capsys.readouterr()
    return migrated_home


COMPANY = {"code": "ACME", "name": "Acme", "currency": "EUR"}


def test_init_founds_a_home_and_says_its_password_once(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init"]) == 0
    said = capsys.readouterr().out
    assert "administrator" in said
    assert "password: " in said
    assert run(["init"]) == 0
    assert "password" not in capsys.readouterr().out
    assert (home / "bihuan.sqlite").exists()


def test_do_carries_out_one_command(founded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["do", "create_company", "--data", json.dumps(COMPANY), "--key", "1"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert first["code"] == "ACME"
    assert run(["do", "create_company", "--data", json.dumps(COMPANY), "--key", "1"]) == 0
    assert json.loads(capsys.readouterr().out) == first


def test_a_file_stops_at_the_first_refusal_and_names_its_line(
    founded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        {"command": "create_company", "key": "a", "data": COMPANY},
        {"command": "create_warehouse", "key": "b", "data": {"code": "MAIN", "name": "Main"}},
        {"command": "create_warehouse", "key": "c", "data": {"code": "MAIN", "name": "Twice"}},
        {"command": "create_warehouse", "key": "d", "data": {"code": "NEVER", "name": "Never"}},
    ]
    file = tmp_path / "chain.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in lines))
    assert run(["do", "--file", str(file)]) == 1
    said = capsys.readouterr()
    assert [json.loads(line)["line"] for line in said.out.splitlines()] == [1, 2]
    assert said.err.startswith("bihuan: line 3, create_warehouse: ")
    assert len(said.err.strip().splitlines()) == 1
    lines[2]["data"] = {"code": "OTHER", "name": "Other"}
    file.write_text("\n".join(json.dumps(line) for line in lines))
    assert run(["do", "--file", str(file)]) == 0
    assert [json.loads(line)["line"] for line in capsys.readouterr().out.splitlines()] == [1, 2, 3, 4]


def test_an_unreadable_line_is_named(founded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "chain.jsonl"
    file.write_text("{no json")
    assert run(["do", "--file", str(file)]) == 1
    assert "line 1 is not" in capsys.readouterr().err


UNREADABLE = [  # what stands in the third line, and what is said of it
    (b"5", "no JSON object but 5"),
    (b'"create_unit"', 'no JSON object but "create_unit"'),
    (b"{}", "the command is a text [command = None]"),
    (b'{"command": ["create_company"]}', "the command is a text [command = a list]"),
    (b'{"command": "create_company", "data": null}', "data are an object of fields and values [data = None]"),
    (b'{"command": "create_company", "key": 7, "data": {}}', "a key is a text [key = 7]"),
    (b"[" * 100_000, "nested deeper than any command"),
    (b'{"command": "create_company", "data": ' + b'{"code":' * 700 + b"1" + b"}" * 701,
     "create_company: InvalidData: "),
    (b'{"command": "create_company", "data": {"code": ' + b"9" * 5_000 + b"}}",
     "a number in it has thousands of digits"),
    (b'{"command": "create_company", "data": {"code": "A\xe4", "name": "A"}}',
     "the text is not UTF-8; save it as UTF-8 [byte 50 = 0xe4]"),
    (b'{"command": "create_company", "data": {"code": "A", "name": "B\\ud800"}}',
     "InvalidData: name: the text holds half a character (a surrogate without its other half) [name = B\\ud800]"),
    (b'{"command": "create_company", "data": {"code": "A", "name": "B\\u0000"}}',
     "create_company: InvalidData: name: a text holds no control characters but tab and line break [name = B\\x00]"),
    (b'{"command": "create_company", "data": {"\\ud800": "A"}}', "InvalidData: \\ud800: the text holds half"),
    (b'{"command": "create_company", "key": "k\\u0007", "data": {}}', "a text holds no control characters"),
    (b'{"command": "create\\ud800", "data": {}}', "create\\ud800: UnknownCommand: there is no command"),
    (b'{"command": "decide_suggestion", "data": {"build_id": "\\u0000", "suggestion_id": "s"}}',
     "decide_suggestion: there is no build"),
]  # fmt: skip


def test_a_line_that_cannot_be_taken_is_one_sentence_and_ends_the_file(
    founded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "chain.jsonl"
    for line, said in UNREADABLE:
        file.write_bytes(
            b'{"command": "create_company", "key": "1", "data": {"code": "ACME", "name": "A", "currency": "EUR"}}\n\n'
            + line + b'\n{"command": "create_warehouse", "data": {"code": "NEVER", "name": "Never"}}\n'
        )  # fmt: skip
        assert run(["do", "--file", str(file)]) == 1
        told = capsys.readouterr()
        assert [json.loads(done)["line"] for done in told.out.splitlines()] == [1]
        assert told.err.startswith("bihuan: line 3")
        assert said in told.err
        assert len(told.err.encode().splitlines()) == 1
    with closing(sqlite.connect(founded / "bihuan.sqlite")) as connection:
        assert connection.execute("select code from company").fetchall() == [("ACME",)]
        assert connection.execute("select count(*) from warehouse").fetchone() == (0,)


def test_a_file_is_utf_8_with_or_without_a_mark(
    founded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "chain.jsonl"
    named = COMPANY | {"name": "闭环"}
    lines = json.dumps({"command": "create_company", "data": named}, ensure_ascii=False) + "\r\n"
    for encoding, said in (("utf-16", "the file is UTF-16"), ("utf-16-le", "line 1 is"), ("gb18030", "not UTF-8")):
        file.write_bytes(lines.encode(encoding))
        assert run(["do", "--file", str(file)]) == 1
        assert said in capsys.readouterr().err
    file.write_bytes(lines.encode("utf-8-sig"))
    assert run(["do", "--file", str(file)]) == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["do", "create_company", "--data", "null"], 2, "--data is no JSON object but null"),
        (["do", "create_company", "--data", "[" * 100_000], 2, "--data is nested deeper than any command"),
        (["do", "create_company", "--data", "9" * 5_000], 2, "--data is a number in it has thousands of digits"),
        (["do", "create_company", "--data", '{"code": "A\\u0000"}'], 1, "code: a text holds no control characters"),
        (["do", "create_company", "--data", '{"code": "A\\ud800"}'], 1, "code: the text holds half a character"),
        (["do", "create_company", "--key", "k\x07"], 1, "key: a text holds no control characters"),
        (["do", "no_such_command"], 1, "UnknownCommand"),
        (["do", "create_company", "--data", "{}"], 1, "InvalidData: code: Field required"),
        (["do", "create_company", "--data", "{}", "--as", "nobody"], 1, "NotSignedIn"),
        (["do", "create_company", "--data", "{"], 2, "--data is no JSON"),
        (["do"], 2, "give the name of a command, or --file"),
        (["do", "--file", "/no/such/file"], 1, "no such file or directory: /no/such/file"),
        (["sql", "select 1"], 1, "nothing is published yet"),
        (["sql", "select 1", "--format", "xml"], 2, "--format is table, csv, json"),
        (["ask", "promise_dates"], 1, "nothing is published yet"),
        (["ask", "promise_dates", "--data", "{"], 2, "--data is no JSON"),
        (["ask", "promise_dates", "--data", "[]"], 2, "--data is no JSON object but []"),
        (["no-such"], 2, "No such command"),
        (["settle"], 1, "nothing is published yet"),
        (["docs"], 1, "nothing is published yet"),
    ],
)
def test_failures_are_one_sentence(
    founded: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    assert run(arguments) == code
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error


def test_without_a_home_it_says_how_to_make_one(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["refresh"]) == 1
    assert "`bihuan init` makes one" in capsys.readouterr().err
    assert not (home / "bihuan.sqlite").exists()


def test_commands_are_listed_with_their_schemas(founded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["commands", "--json"]) == 0
    described = {command["command"]: command for command in json.loads(capsys.readouterr().out)}
    assert described["create_item"]["schema"]["properties"]["unit"]
    assert run(["commands"]) == 0
    assert "create_item" in capsys.readouterr().out


def test_doctor_says_what_holds(founded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["do", "create_company", "--data", json.dumps(COMPANY)])
    capsys.readouterr()
    assert run(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "ok  audit trail: 1 records, an unbroken chain" in said
    assert "BAD" not in said


UNKNOWN = "DatabaseIsUnknown: the address of a database begins with sqlite:/// or postgresql://"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("mysql://x", f"{UNKNOWN} [BIHUAN_DATABASE_URL = mysql://…]"),
        ("postgresql+asyncpg://owner:secret@host/x", f"{UNKNOWN} [BIHUAN_DATABASE_URL = postgresql+asyncpg://…]"),
        ("company.sqlite", UNKNOWN),
        ("postgresql://127.0.0.1:9/x", "StorageFailed: the server of the database cannot be reached: "),
    ],
)
def test_an_address_at_which_no_database_is_is_said_in_a_sentence(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], address: str, said: str
) -> None:
    home.mkdir(exist_ok=True)
    monkeypatch.setenv("BIHUAN_DATABASE_URL", address)
    for command in ("init", "refresh", "doctor"):
        assert run([command]) == 1
        told = "".join(capsys.readouterr())
        assert said in told
        assert "secret" not in told
        assert "sqlalche.me" not in told


def test_a_damaged_database_is_said_in_a_sentence(founded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = founded / "bihuan.sqlite"
    with closing(sqlite.connect(file)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    whole = file.read_bytes()
    file.write_bytes(whole[:8_192] + bytes(len(whole) - 8_192))
    run(["doctor"])
    told = "".join(capsys.readouterr())
    assert "BAD" in told
    assert "the database cannot be read: database disk image is malformed" in told
    file.write_bytes(b"no database" * 1_000)
    for command in ("doctor", "refresh"):
        assert run([command]) == 1
        told += "".join(capsys.readouterr())
        assert "the database cannot be read: file is not a database" in told
    for detail in ("pysqlite3", "sqlalche.me", "cannot be written", "SQL:"):
        assert detail not in told


def test_a_table_that_cannot_be_read_fails_the_replication_in_a_sentence(founded: Path, tmp_path: Path) -> None:
    assert run(["do", "create_company", "--data", json.dumps(COMPANY)]) == 0
    file = founded / "bihuan.sqlite"
    with closing(sqlite.connect(file)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        (size,) = connection.execute("pragma page_size").fetchone()
        (page,) = connection.execute("select rootpage from sqlite_master where name = 'account'").fetchone()
    content = bytearray(file.read_bytes())
    content[(page - 1) * size : page * size] = b"x" * size
    file.write_bytes(content)
    with pytest.raises(RuntimeError, match=r"^the rows cannot be replicated: .*malformed$"):
        replicate(open_engine(f"sqlite:///{file}"), tmp_path / "work.duckdb")


def test_a_database_that_another_program_holds_is_busy_within_15_seconds(
    founded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite.connect(founded / "bihuan.sqlite")) as other:
        other.execute("begin immediate")
        started = monotonic()
        assert run(["do", "create_company", "--data", json.dumps(COMPANY)]) == 1
        assert monotonic() - started < 15
    assert "DatabaseIsBusy: another program holds the database" in capsys.readouterr().err


def test_a_backup_makes_no_folder_beyond_the_home(
    founded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["backup", str(tmp_path / "missing" / "x.zip")]) == 1
    assert f"there is no folder {tmp_path / 'missing'}" in capsys.readouterr().err
    assert not (tmp_path / "missing").exists()
    assert run(["backup", str(tmp_path / "x.zip")]) == 0
    assert run(["backup"]) == 0


def test_a_damaged_pointer_is_said_and_the_next_refresh_mends_it(
    small_home: SmallHome, capsys: pytest.CaptureFixture[str]
) -> None:
    small_home.add_unit("pcs")
    first = small_home.refresh()
    published = small_home.warehouse.path / "published.json"
    whole = published.read_bytes()
    for pointer in (b"", b"{", b"[]", b"{}", b"\xff\xfe", b'{"build_id": "gone"}'):
        published.write_bytes(pointer)
        assert run(["doctor"]) == 1
        assert "BAD published build: " in capsys.readouterr().out
        assert run(["sql", "select 1 from dim_unit"]) == 1
        said = capsys.readouterr().err
        assert "published.json is damaged; `bihuan refresh` mends it" in said or "there is no build 'gone'" in said
        assert small_home.refresh().build_id == first.build_id
        assert published.read_bytes() == whole
    published.write_bytes(b"{")
    (small_home.warehouse.build_folder(first.build_id) / "manifest.json").write_bytes(b"{")
    assert small_home.refresh().state == "published"
    assert run(["sql", "select unit_code from dim_unit"]) == 0


def test_a_day_before_the_first_fact_or_out_of_range_has_no_build(
    founded: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = {"entry_date": "2026-01-05", "lines": [{"account": "1002", "debit": 1}, {"account": "6601", "credit": 1}]}
    for command, data in (("create_company", COMPANY), ("post_journal_entry", entry)):
        assert run(["do", command, "--data", json.dumps(data)]) == 0
    for day, said in (
        ("2026-01-04", "the first fact is of 2026-01-05; as of 2026-01-04 there is nothing to build"),
        ("1800-01-01", "a build is as of a day between 1970-01-01 and 2199-12-31, not 1800-01-01"),
        ("0001-01-01", "a build is as of a day between 1970-01-01 and 2199-12-31, not 0001-01-01"),
    ):
        capsys.readouterr()
        assert run(["refresh", "--as-of", day]) == 1
        assert capsys.readouterr().err == f"bihuan: {said}\n"
    monkeypatch.setenv("BIHUAN_AS_OF", "yesterday")
    assert run(["refresh"]) == 1
    assert "BIHUAN_AS_OF is a date such as 2026-01-31, not yesterday" in capsys.readouterr().err
    assert not (founded / "warehouse" / "builds").exists()


def test_sql_answers_exactly_in_three_formats(small_home: SmallHome, capsys: pytest.CaptureFixture[str]) -> None:
    small_home.add_unit("件")
    small_home.refresh()
    question = "select unit_code, 1.10::decimal(18, 4) as amount, as_of, null as nothing from dim_unit"
    assert run(["sql", question, "--format", "csv"]) == 0
    assert capsys.readouterr().out == "unit_code,amount,as_of,nothing\n件,1.1000,2024-05-17,\n"
    assert run(["sql", question, "--format", "json"]) == 0
    said = capsys.readouterr().out
    assert "1.1000" in said
    assert json.loads(said) == [{"unit_code": "件", "amount": 1.1, "as_of": "2024-05-17", "nothing": None}]
    assert run(["sql", question]) == 0
    assert capsys.readouterr().out.splitlines()[2:] == ["件         1.1000  2024-05-17", "(1 row)"]
    assert run(["sql", "select broken from dim_unit"]) == 1
    assert "Binder Error" in capsys.readouterr().err


def test_sql_shows_what_the_role_may_see(small_home: SmallHome, capsys: pytest.CaptureFixture[str]) -> None:
    user = {"username": "keeper", "password": "a good password", "roles": ["storekeeper"]}
    assert run(["do", "create_user", "--data", json.dumps(user)]) == 0
    small_home.add_unit("pcs")
    small_home.refresh()
    assert run(["sql", "select cost_text from dim_unit"]) == 0
    assert run(["sql", "select cost_text from dim_unit", "--as", "keeper"]) == 1
    assert "cost_text" in capsys.readouterr().err
