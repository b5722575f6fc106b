"""The ledger's own guard: what the database refuses even from a hand that goes around every command.

An entry is posted last: only with lines, and only when its debits equal its credits in company currency and, if all its
lines are in one currency, also in that. A posted entry and its lines never change. Nothing enters a locked period, and
an entry lies in the period that it names.
"""

UNBALANCED = "EntryNotBalanced: debits and credits of a posted entry are equal, and it has lines"
BORN_POSTED = "EntryNotBalanced: an entry is posted after its lines were added"
POSTED = "EntryIsPosted: a posted entry and its lines are never changed or deleted"
LOCKED = "PeriodIsLocked: the fiscal period of this entry is locked"
ELSEWHERE = "WrongPeriod: an entry lies in the fiscal period, of its company and date, that it names"

ENTRY_COLUMNS = (
    "id, company_id, number, posting, entry_date, period_id, document_id, description, is_posted, user_id, recorded_at"
)
LINE_COLUMNS = (
    "id, entry_id, line_number, account_id, debit_amount, credit_amount, currency, document_debit_amount, "
    "document_credit_amount, partner_id, item_id, sales_order_line_id, department_id, document_id, due_date, "
    "description, settled_event, settled_period"
)
# True when the entry :id may not be posted.
UNBALANCED_LINES = """
    (select coalesce(sum(debit_amount) <> sum(credit_amount), true)
            or (min(currency) = max(currency) and sum(document_debit_amount) <> sum(document_credit_amount))
       from journal_line where entry_id = new.id)
"""
LOCKED_PERIOD = """
    exists (select 1 from fiscal_period where id = {entry}.period_id and state = 'locked')
"""
OTHER_PERIOD = """
    not exists (select 1 from fiscal_period where id = new.period_id and company_id = new.company_id
                   and new.entry_date between start_date and end_date)
"""
POSTED_ENTRY = "exists (select 1 from journal_entry where id = {line}.entry_id and is_posted)"
ENTRY_IN_LOCKED_PERIOD = """
    exists (select 1 from journal_entry join fiscal_period on fiscal_period.id = journal_entry.period_id
             where journal_entry.id = {line}.entry_id and fiscal_period.state = 'locked')
"""


def guard_ddl(dialect: str, present: set[str]) -> list[str]:
    """The statements that put the guard in place; none where the ledger's tables do not exist."""
    if not {"journal_entry", "journal_line", "fiscal_period"} <= present:
        return []
    return _sqlite_guard() if dialect == "sqlite" else _postgresql_guard()


def _sqlite_guard() -> list[str]:
    entry_refusals = {
        "insert": (
            "before insert on journal_entry",
            ["new.is_posted", LOCKED_PERIOD.format(entry="new"), OTHER_PERIOD],
            [BORN_POSTED, LOCKED, ELSEWHERE],
        ),
        "update": (
            f"before update of {ENTRY_COLUMNS} on journal_entry",
            ["old.is_posted", LOCKED_PERIOD.format(entry="old"), LOCKED_PERIOD.format(entry="new"), OTHER_PERIOD]
            + [f"new.is_posted and {UNBALANCED_LINES}"],
            [POSTED, LOCKED, LOCKED, ELSEWHERE, UNBALANCED],
        ),
        "delete": (
            "before delete on journal_entry",
            ["old.is_posted", LOCKED_PERIOD.format(entry="old")],
            [POSTED, LOCKED],
        ),
    }
    statements = []
    for event, (occasion, conditions, refusals) in entry_refusals.items():
        statements += _sqlite_trigger(f"guard_journal_entry_{event}", occasion, conditions, refusals)
    for event, occasion, rows in (
        ("insert", "before insert", ("new",)),
        ("update", f"before update of {LINE_COLUMNS}", ("old", "new")),
        ("delete", "before delete", ("old",)),
    ):
        conditions = [rule.format(line=row) for row in rows for rule in (POSTED_ENTRY, ENTRY_IN_LOCKED_PERIOD)]
        statements += _sqlite_trigger(
            f"guard_journal_line_{event}", f"{occasion} on journal_line", conditions, [POSTED, LOCKED] * len(rows)
        )
    return statements


def _sqlite_trigger(name: str, occasion: str, conditions: list[str], refusals: list[str]) -> list[str]:
    checks = " ".join(
        f"select raise(abort, '{refusal}') where {condition};"
        for condition, refusal in zip(conditions, refusals, strict=True)
    )
    return [f"drop trigger if exists {name}", f"create trigger {name} {occasion} begin {checks} end"]


def _postgresql_guard() -> list[str]:
    refuse = "raise exception '{}' using errcode = 'integrity_constraint_violation'"
    return [
        f"""
        create or replace function guard_journal_entry() returns trigger language plpgsql as $$
        begin
            if tg_op = 'INSERT' then
                if new.is_posted then {refuse.format(BORN_POSTED)}; end if;
            else
                if old.is_posted then {refuse.format(POSTED)}; end if;
                if {LOCKED_PERIOD.format(entry="old")} then {refuse.format(LOCKED)}; end if;
                if tg_op = 'DELETE' then return old; end if;
            end if;
            if {LOCKED_PERIOD.format(entry="new")} then {refuse.format(LOCKED)}; end if;
            if {OTHER_PERIOD} then {refuse.format(ELSEWHERE)}; end if;
            if new.is_posted and {UNBALANCED_LINES} then {refuse.format(UNBALANCED)}; end if;
            return new;
        end $$
        """,
        f"""
        create or replace function guard_journal_line() returns trigger language plpgsql as $$
        begin
            if tg_op <> 'INSERT' then
                if {POSTED_ENTRY.format(line="old")} then {refuse.format(POSTED)}; end if;
                if {ENTRY_IN_LOCKED_PERIOD.format(line="old")} then {refuse.format(LOCKED)}; end if;
                if tg_op = 'DELETE' then return old; end if;
            end if;
            if {POSTED_ENTRY.format(line="new")} then {refuse.format(POSTED)}; end if;
            if {ENTRY_IN_LOCKED_PERIOD.format(line="new")} then {refuse.format(LOCKED)}; end if;
            return new;
        end $$
        """,
        f"""
        create or replace trigger guard_entry before insert or delete or update of {ENTRY_COLUMNS} on journal_entry
        for each row execute function guard_journal_entry()
        """,
        f"""
        create or replace trigger guard_line before insert or delete or update of {LINE_COLUMNS} on journal_line
        for each row execute function guard_journal_line()
        """,
    ]
