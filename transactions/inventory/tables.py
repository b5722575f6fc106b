"""The tables of the stock ledger and of time. Moves and time entries are appended, never rewritten."""

from sqlalchemy import CheckConstraint, Index, UniqueConstraint

from transactions.kernel.database import day, reference, table, text, whole

lot = table(  # a serial is a lot of quantity one
    "lot", reference("item_id", "item"), text("code"), day("expiry_date", optional=True),
    UniqueConstraint("item_id", "code"), whole("recorded_at", default=0),
)  # fmt: skip

stock_move = table(
    "stock_move",
    reference("company_id", "company"),
    # opening, receipt, inspection, supplier_return, delivery, customer_return, issue, issue_return, output,
    # output_scrap, by_product, scrap, transfer, adjustment
    text("move_type"),
    reference("item_id", "item"),
    reference("lot_id", "lot", optional=True),
    reference("from_location_id", "location"),
    reference("to_location_id", "location"),
    whole("quantity"),  # > 0, base unit
    day("effective_date"),
    day("received_date", optional=True),  # opening stock: since when it lies there
    whole("unit_cost", optional=True),  # micro company currency, where stated: opening stock, adjustments
    reference("document_id", "document", indexed=True),
    reference("document_line_id", "document_line", indexed=True),
    reference("work_order_id", "document", optional=True, indexed=True),  # issue, issue_return, output, scrap
    # a return names the move it returns; an output, output_scrap or by_product that names one takes that back, the
    # other way round
    reference("origin_move_id", "stock_move", optional=True),
    whole("recorded_at"),
    # by-products: micro share of the order's cost for all of that item together
    whole("cost_share", optional=True),
    CheckConstraint("quantity > 0", name="quantity_positive"),
    append_only=True,
)

stock_balance = table(  # Σ in − Σ out per item, location and lot; kept in the same transaction as the moves
    "stock_balance",
    reference("item_id", "item"),
    reference("location_id", "location"),
    whole("lot_id", default=0),  # 0: no lot
    whole("quantity"),
    day("last_effective_date"),
    whole("reserved_quantity", default=0),  # Σ of the reservations there, kept along with them
    UniqueConstraint("item_id", "location_id", "lot_id"),
    CheckConstraint(
        "reserved_quantity = 0 or (reserved_quantity > 0 and reserved_quantity <= quantity)", name="reserved_is_there"
    ),
)

stock_reservation = table(  # what is held for a sales order line is Σ of these, by line, location and lot
    "stock_reservation",
    reference("company_id", "company"),
    reference("document_line_id", "document_line", indexed=True),  # the line of the sales order
    reference("item_id", "item"),
    reference("location_id", "location"),
    whole("lot_id", default=0),  # 0: no lot
    whole("quantity"),  # base unit; > 0 reserved, < 0 released or used up
    text("cause"),  # reserve, release, delivery, amendment, cancellation
    reference("user_id", "user_account"),
    day("effective_date"),
    whole("recorded_at"),
    CheckConstraint("quantity <> 0", name="quantity_is_some"),
    append_only=True,
)

time_entry = table(
    "time_entry",
    reference("company_id", "company"),
    reference("document_id", "document", indexed=True),  # the time booking
    reference("work_order_id", "document", optional=True, indexed=True),
    reference("employee_id", "employee", optional=True),
    reference("work_center_id", "work_center", optional=True),
    reference("department_id", "department", optional=True),
    whole("minutes"),  # micro minutes of work; < 0: takes the entry back that it names
    # micro per hour where stated; else in force: labour the employee's or the work centre's, overhead the work centre's
    whole("labour_rate", optional=True),
    whole("overhead_rate", optional=True),
    day("effective_date"),
    whole("recorded_at"),
    whole("machine_minutes", optional=True),  # micro minutes that bear the overhead rate; null: as many as minutes
    reference("origin_entry_id", "time_entry", optional=True),
    append_only=True,
)

Index("ix_stock_reservation_place", stock_reservation.c.item_id, stock_reservation.c.location_id)
Index("ix_stock_move_item_day", stock_move.c.item_id, stock_move.c.effective_date)
