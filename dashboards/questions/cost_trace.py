"""Where does this cost come from? Delivered goods walked back to bills, prices, landed costs, hours, opening stock.

The walk is `dbt_project.engines.costing.trace_cost`; here stand the rows that it needs, cut down to what lies upstream,
and the vouchers that its roots are. The values of the roots add up exactly to the cost asked for.
"""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import polars as pl

from dashboards.edition import Edition
from dashboards.questions.cost_origins import cost_origins
from dashboards.questions.question import Filters, asks
from transactions.kernel.refusal import NotFound

PERMISSION = "board.order_profit"
COMPONENTS = ("material", "labour", "overhead", "subcontract", "landed")
FACT_COLUMNS: dict[str, Any] = {
    "entry_id": pl.Int64, "work_order_id": pl.Int64, "component": pl.String, "fact_kind": pl.String,
    "fact_id": pl.Int64, "amount": pl.Int64, "document_id": pl.Int64, "document_line_id": pl.Int64,
}  # fmt: skip
ROOT_COLUMNS: dict[str, Any] = {
    "sales_order_line_id": pl.Int64, "what": pl.String, "component": pl.String, "document_type": pl.String,
    "document_number": pl.String, "document_id": pl.Int64, "item_code": pl.String, "quantity": pl.Decimal(18, 6),
    "value_amount": pl.Decimal(18, 4), "own_key": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """Entries whose value is walked back: of which order line, and + for what went out, − for what came back."""

    entries: pl.DataFrame  # entry_id, sales_order_line_id, sign
    exponent: int


class CostTraceFilters(Filters):
    """An order or one of its lines by id, or a delivery line by id."""

    order: int | None = None
    order_line: int | None = None
    delivery_line: int | None = None


@asks(CostTraceFilters, permission=PERMISSION, is_dear=True, past="orders")
def cost_trace(edition: Edition, filters: CostTraceFilters) -> pl.DataFrame:
    """The vouchers that the cost of delivered goods rests on, the largest first; they add up to it exactly."""
    roots = traced_roots(edition, asked_entries(edition, filters.order, filters.order_line, filters.delivery_line))
    if filters.delivery_line is None:
        roots = pl.concat([roots, _shared(edition, filters, roots)])
    return (
        roots.group_by("what", "component", "document_type", "document_number", "document_id", "item_code")
        .agg(pl.col("quantity").sum(), pl.col("value_amount").sum())
        .with_columns(pl.col("value_amount").cast(pl.Decimal(18, 4)), pl.col("quantity").cast(pl.Decimal(18, 6)))
        .sort(
            pl.col("value_amount").abs(), "document_number", "what", "component", "item_code",
            descending=[True, False, False, False, False], nulls_last=True,
        )
    )  # fmt: skip


def _shared(edition: Edition, filters: CostTraceFilters, roots: pl.DataFrame) -> pl.DataFrame:
    """The part of deliveries that served other orders, too: what the order bears less than all of them."""
    borne = edition.rows(
        """select coalesce(sum(actual_cost), 0) as cost from marts.fct_order_profit
        where sales_order_id = ? or sales_order_line_id = ?""",
        [filters.order, filters.order_line],
    )["cost"][0]
    rest = borne - (roots["value_amount"].sum() or 0)
    return pl.DataFrame([{"what": "shared", "value_amount": rest}] if rest else [], schema=ROOT_COLUMNS)


def asked_entries(edition: Edition, order: int | None, order_line: int | None, delivery_line: int | None) -> Asked:
    """The ends of deliveries and customer returns of an order, an order line or a delivery line."""
    conditions = {"sales_order_id = ?": order, "sales_order_line_id = ?": order_line}
    conditions["delivery_line_id = ?"] = delivery_line
    named = {condition: value for condition, value in conditions.items() if value is not None}
    if len(named) != 1:
        raise NotFound("name an order, an order line or a delivery line", field="order", value=None)
    ((condition, value),) = named.items()
    entries = edition.rows(
        f"""with delivered as (
            select moves.move_id, deliveries.sales_order_line_id, moves.company_id
            from marts.fct_deliveries as deliveries
            inner join marts.fct_stock_moves as moves
                on moves.document_line_id = deliveries.delivery_line_id and moves.move_type = 'delivery'
            where deliveries.{condition}
        )
        select 2 * move_id + 1 as entry_id, sales_order_line_id, 1 as sign, company_id from delivered
        union all
        select 2 * moves.move_id, delivered.sales_order_line_id, -1, moves.company_id
        from marts.fct_stock_moves as moves
        inner join delivered on delivered.move_id = moves.origin_move_id
        where moves.move_type = 'customer_return'
        order by 1""",
        [value],
    )
    company = entries["company_id"][0] if entries.height else None
    exponent = edition.rows(
        "select amount_exponent as it from marts.dim_company where ? is null or company_id = ? order by company_id",
        [company, company],
    )["it"]
    return Asked(entries.drop("company_id"), int(exponent[0]) if len(exponent) else 2)


def traced_roots(edition: Edition, asked: Asked) -> pl.DataFrame:
    """One row per order line, root and component (ROOT_COLUMNS); own_key names the fact whatever build it stands in."""
    if not edition.has("fct_costing_entries", "cost_share"):
        raise NotFound(
            "this build says not enough to walk a cost back; refresh first", field="build", value=edition.build_id
        )
    if asked.entries.is_empty():
        return pl.DataFrame(schema=ROOT_COLUMNS)
    from dbt_project.engines.costing import trace_cost

    upstream = _Upstream(edition, asked.exponent, asked.entries["entry_id"].to_list())
    facts = pl.concat([upstream.receipt_facts(), upstream.work_facts()])
    facts = facts.with_columns(fact_id=pl.int_range(pl.len(), dtype=pl.Int64))
    rows = trace_cost(
        asked.entries["entry_id"].to_list(), upstream.moves, upstream.work_orders(), upstream.methods,
        SimpleNamespace(valued_moves=upstream.valued, slices=upstream.slices, variances=upstream.variances()),
        facts, is_cut_down=True,
    )  # fmt: skip
    rows = pl.concat([rows, upstream.kept_at_standard(asked.entries["entry_id"].to_list(), rows.schema)])
    return _named(edition, rows.join(asked.entries, on="entry_id"), facts, asked.exponent)


class _Upstream:
    """What lies upstream of some entries of an edition; minor and micro units."""

    def __init__(self, edition: Edition, exponent: int, asked: list[int]) -> None:
        self.edition = edition
        self.factor = 10**exponent
        self.valued = self._entries(cost_origins(edition).upstream(asked))
        self.slices = self._slices([entry // 2 for entry in self.valued["entry_id"].to_list() if entry % 2])
        given = [pl.col(f"given_{name}").alias(name) for name in ("material_amount", "landed_amount")]
        none = [pl.lit(None, pl.Int64).alias(f"{name}_amount") for name in COMPONENTS[1:4]]
        others = [name for name in self.valued.columns if name not in {f"{part}_amount" for part in COMPONENTS}]
        self.moves = self.valued.select(*others, *given, *none)
        self.methods = edition.rows(
            """select company_id, item_id, effective_date, valuation_method as method
            from marts.dim_valuation_method where item_id in (select unnest(?::bigint[])) order by all""",
            [self.valued["item_id"].unique().sort().to_list()],
        )

    def receipt_facts(self) -> pl.DataFrame:
        """What the prices of receipts consist of; a line received in several moves is cut by quantity."""
        moves = [entry // 2 for entry in self.valued.filter(kind="receipt")["entry_id"].to_list()]
        rows = self.edition.rows(
            f"""with lines as (
                select distinct document_line_id from marts.fct_stock_moves
                where move_id in (select unnest(?::bigint[]))
            ),
            received as (
                select moves.move_id, moves.document_line_id,
                    cast(sum(moves.quantity) over line_moves * 1000000 as bigint) as upto_quantity,
                    cast(moves.quantity * 1000000 as bigint) as quantity,
                    cast(sum(moves.quantity) over (partition by moves.document_line_id) * 1000000 as bigint) as whole
                from marts.fct_stock_moves as moves
                inner join lines on lines.document_line_id = moves.document_line_id
                where moves.move_type = 'receipt'
                window line_moves as (
                    partition by moves.document_line_id order by moves.recorded_at, moves.move_id
                    rows unbounded preceding
                )
            )
            select 2 * received.move_id as entry_id, costs.cost_component as component,
                costs.price_fact as fact_kind, cast(costs.amount * {self.factor} as bigint) as amount,
                costs.document_id, costs.document_line_id, received.upto_quantity, received.quantity, received.whole
            from received
            inner join marts.fct_receipt_costs as costs on costs.receipt_line_id = received.document_line_id
            order by received.move_id, costs.receipt_cost_key""",
            [moves],
        )
        shares = [
            amount
            if quantity == whole
            else _half_even(amount * upto, whole) - _half_even(amount * (upto - quantity), whole)
            for amount, upto, quantity, whole in rows.select("amount", "upto_quantity", "quantity", "whole").iter_rows()
        ]
        kept = rows.with_columns(amount=pl.Series(shares, dtype=pl.Int64)).filter(pl.col("entry_id").is_in(self._ids()))
        return _facts(kept)

    def work_facts(self) -> pl.DataFrame:
        """Bookings of time and charges of subcontractors; labour only where the edition shows what people earn."""
        shown = [name for name in COMPONENTS[1:4] if self.edition.has("fct_work_costs", f"{name}_amount")]
        if not shown:
            return pl.DataFrame(schema=FACT_COLUMNS)
        amounts = ", ".join(f"cast({name}_amount * {self.factor} as bigint) as {name}" for name in shown)
        rows = self.edition.rows(
            f"""select work_order_id, cost_kind as fact_kind, document_id, work_cost_id as document_line_id, {amounts}
            from marts.fct_work_costs where work_order_id in (select unnest(?::bigint[])) order by work_cost_id""",
            [self._orders()],
        )
        told = rows.unpivot(
            on=shown, index=["work_order_id", "fact_kind", "document_id", "document_line_id"],
            variable_name="component", value_name="amount",
        )  # fmt: skip
        return _facts(told.filter(pl.col("amount") != 0))

    def work_orders(self) -> pl.DataFrame:
        costs = ", ".join(f"cast({name}_amount * {self.factor} as bigint) as {name}_amount" for name in COMPONENTS[1:4])
        return self.edition.rows(
            f"""select work_order_id, company_id, item_id, is_closed, {costs},
                cast(planned_quantity * 1000000 as bigint) as planned_quantity
            from marts.fct_work_order_bookings where work_order_id in (select unnest(?::bigint[]))
            order by work_order_id""",
            [self._orders()],
        )

    def kept_at_standard(self, asked: list[int], schema: pl.Schema) -> pl.DataFrame:
        """What goods that came back cost beyond the standard at which they are kept again: that cost comes back too."""
        back = self.valued.filter(pl.col("entry_id").is_in(asked) & (pl.col("quantity") > 0))
        rows = [
            {
                "entry_id": entry,
                "root_kind": "standard",
                "root_entry_id": entry,
                "component": name,
                "value_amount": amount,
            }
            for name in COMPONENTS
            for entry, amount in back.select("entry_id", f"{name}_variance").iter_rows()
            if amount
        ]
        return pl.DataFrame(rows, schema=schema)

    def variances(self) -> pl.DataFrame:
        """What inflows cost beyond standard, and what new standards took away from stock."""
        of_entries = self.valued.select(
            "entry_id", "company_id", "item_id", "warehouse_id", "effective_date",
            *(pl.col(f"{name}_variance").alias(f"{name}_amount") for name in COMPONENTS),
        ).filter(pl.any_horizontal(pl.col(f"{name}_amount") != 0 for name in COMPONENTS))  # fmt: skip
        amounts = ", ".join(f"cast(-{name}_amount * {self.factor} as bigint) as {name}_amount" for name in COMPONENTS)
        revalued = self.edition.rows(
            f"""select cast(null as bigint) as entry_id, company_id, item_id, warehouse_id, effective_date, {amounts}
            from marts.fct_stock_revaluations where item_id in (select unnest(?::bigint[])) order by all""",
            [self.valued["item_id"].unique().to_list()],
        )
        return pl.concat([of_entries, revalued])

    def _ids(self) -> list[int]:
        return self.valued["entry_id"].to_list()

    def _orders(self) -> list[int]:
        return self.valued["work_order_id"].drop_nulls().unique().to_list()

    def _entries(self, entry_ids: list[int]) -> pl.DataFrame:
        """Entries by their ids."""
        minor = [
            f"cast(given_{name}_amount * {self.factor} as bigint) as given_{name}_amount"
            for name in ("material", "landed")
        ]
        minor += [
            f"cast(estimated_{name}_amount * {self.factor} as bigint) as estimated_{name}_amount"
            for name in COMPONENTS[:4]
        ]
        minor += [f"cast({name}_amount * {self.factor} as bigint) as {name}_amount" for name in COMPONENTS]
        minor += [f"cast({name}_variance_amount * {self.factor} as bigint) as {name}_variance" for name in COMPONENTS]
        return self.edition.rows(
            f"""select entry_id, move_id, company_id, item_id, lot_id, warehouse_id, effective_date, received_date,
                recorded_at, cast(quantity * 1000000 as bigint) as quantity, kind, work_order_id, origin_entry_id,
                cast(cost_share * 1000000 as bigint) as cost_share,
                {", ".join(minor)}, cast(null as bigint) as estimated_landed_amount, is_estimated, is_uncovered
            from marts.fct_costing_entries where entry_id in (select unnest(?::bigint[])) order by entry_id""",
            [entry_ids],
        )

    def _slices(self, issue_moves: list[int]) -> pl.DataFrame:
        amounts = ", ".join(f"cast({name}_amount * {self.factor} as bigint) as {name}_amount" for name in COMPONENTS)
        return self.edition.rows(
            f"""select 2 * issue_move_id + 1 as issue_entry_id, 2 * layer_move_id as layer_entry_id,
                cast(quantity * 1000000 as bigint) as quantity, {amounts},
                cast(value_amount * {self.factor} as bigint) as value_amount
            from marts.fct_cost_slices where issue_move_id in (select unnest(?::bigint[]))
            order by issue_move_id, layer_move_id""",
            [issue_moves],
        )


def _facts(rows: pl.DataFrame) -> pl.DataFrame:
    missing = [pl.lit(None, kind).alias(name) for name, kind in FACT_COLUMNS.items() if name not in rows.columns]
    return rows.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in FACT_COLUMNS.items())


def _named(edition: Edition, rows: pl.DataFrame, facts: pl.DataFrame, exponent: int) -> pl.DataFrame:
    """The traced rows with their vouchers: of the fact if there is one, else the root move's, else the work order."""
    moves = sorted({entry // 2 for entry in rows["root_entry_id"].drop_nulls()})
    of_moves = edition.rows(
        """select move_id, document_id as move_document_id, document_type as move_document_type,
            document_number as move_document_number, item_code as move_item_code, move_type
        from marts.fct_stock_moves where move_id in (select unnest(?::bigint[]))""",
        [moves],
    )
    documents = sorted({*facts["document_id"].drop_nulls(), *rows["work_order_id"].drop_nulls()})
    of_documents = edition.rows(
        """select document_id, document_type, document_number from marts.fct_documents
        where document_id in (select unnest(?::bigint[]))""",
        [documents],
    )
    orders = edition.rows(
        """select work_order_id, item_code as order_item_code from marts.fct_work_order_bookings
        where work_order_id in (select unnest(?::bigint[]))""",
        [rows["work_order_id"].drop_nulls().unique().to_list()],
    )
    told = rows.join(
        facts.select("fact_id", fact_document_id="document_id", fact_line="document_line_id"), on="fact_id", how="left"
    )
    told = told.with_columns(move_id=pl.col("root_entry_id") // 2)
    told = told.join(of_moves, on="move_id", how="left").join(orders, on="work_order_id", how="left")
    own_document = pl.coalesce(
        "fact_document_id",
        pl.when(pl.col("root_kind") == "work").then("work_order_id"),
        "move_document_id",
        "work_order_id",
    )
    told = told.with_columns(document_id=own_document).join(of_documents, on="document_id", how="left")
    what = pl.when(pl.col("root_kind") == "price").then(pl.col("move_type")).otherwise(pl.col("root_kind"))
    return told.select(
        "sales_order_line_id",
        what=what,
        component="component",
        document_type=pl.coalesce("document_type", "move_document_type"),
        document_number=pl.coalesce("document_number", "move_document_number"),
        document_id="document_id",
        item_code=pl.coalesce("move_item_code", "order_item_code"),
        quantity=_decimal("quantity", 6, 6),
        value_amount=_decimal("value_amount", exponent, 4),
        own_key=pl.concat_str(
            "root_kind", "component", pl.col("root_entry_id"), pl.col("work_order_id"), pl.col("fact_line"),
            separator="|", ignore_nulls=True,
        ),
    )  # fmt: skip


def _decimal(column: str, exponent: int, places: int) -> pl.Expr:
    """Whole units as decimals, + for what went out."""
    whole = (pl.col(column) * pl.col("sign")).cast(pl.Decimal(38, 6))
    return (whole / pl.lit(10**exponent)).cast(pl.Decimal(18, places))


def _half_even(dividend: int, divisor: int) -> int:
    whole, rest = divmod(dividend, divisor)
    return whole + (1 if 2 * rest > divisor or (2 * rest == divisor and whole % 2) else 0)
