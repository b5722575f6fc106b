create or replace function stamp_row() returns trigger language plpgsql as $$
begin
    new.row_version := pg_current_xact_id()::text::bigint;
    return new;
end $$
--
create sequence if not exists row_tombstone_id
--
create or replace function leave_tombstone() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or old.id is distinct from new.id then
        insert into row_tombstone (id, table_name, deleted_id)
        values (nextval('row_tombstone_id'), tg_table_name, old.id);
    end if;
    return null;
end $$
--
create or replace function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception using errcode = 'integrity_constraint_violation',
        message = 'AppendOnly: rows of ' || tg_table_name || ' are never changed or deleted';
end $$
--
create or replace function refuse_truncate() returns trigger language plpgsql as $$
begin
    raise exception using errcode = 'integrity_constraint_violation',
        message = 'NotTruncated: delete the rows of ' || tg_table_name || ', so that the warehouse hears of it';
end $$
--
create or replace trigger stamp_row before insert or update on "company" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "company" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "company" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "database_identity" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "database_identity" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "database_identity" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "number_series" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "number_series" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "number_series" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "partner" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "partner" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "partner" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "row_tombstone" for each row execute function stamp_row()
--
create or replace trigger refuse_truncate before truncate on "row_tombstone" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "unit" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "unit" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "unit" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "user_account" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "user_account" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "user_account" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "account" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "account" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "account" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "audit_record" for each row execute function stamp_row()
--
create or replace trigger refuse_change before delete or update of "id", "position", "user_id", "command", "key", "data", "changes", "recorded_at", "previous_hash", "hash" on "audit_record" for each row execute function refuse_change()
--
create or replace trigger refuse_truncate before truncate on "audit_record" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "cost_settlement" for each row execute function stamp_row()
--
create or replace trigger refuse_change before delete or update of "id", "company_id", "build_id", "row_count", "recorded_at" on "cost_settlement" for each row execute function refuse_change()
--
create or replace trigger refuse_truncate before truncate on "cost_settlement" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "department" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "department" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "department" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "exchange_rate" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "exchange_rate" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "exchange_rate" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "fiscal_period" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "fiscal_period" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "fiscal_period" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "holiday" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "holiday" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "holiday" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "item" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "item" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "item" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "tax_code" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "tax_code" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "tax_code" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "user_role" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "user_role" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "user_role" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "warehouse" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "warehouse" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "warehouse" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "work_center" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "work_center" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "work_center" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "bom" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "bom" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "bom" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "employee" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "employee" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "employee" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "item_planning" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "item_planning" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "item_planning" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "item_unit" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "item_unit" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "item_unit" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "location" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "location" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "location" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "lot" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "lot" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "lot" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "routing" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "routing" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "routing" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "standard_cost" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "standard_cost" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "standard_cost" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "supplier_price" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "supplier_price" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "supplier_price" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "valuation_method" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "valuation_method" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "valuation_method" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "work_center_rate" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "work_center_rate" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "work_center_rate" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "bom_line" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "bom_line" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "bom_line" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "document" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "document" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "document" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "employee_rate" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "employee_rate" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "employee_rate" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "routing_operation" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "routing_operation" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "routing_operation" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "stock_balance" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "stock_balance" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "stock_balance" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "document_event" for each row execute function stamp_row()
--
create or replace trigger refuse_change before delete or update of "id", "document_id", "state", "effective_date", "user_id", "recorded_at" on "document_event" for each row execute function refuse_change()
--
create or replace trigger refuse_truncate before truncate on "document_event" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "document_line" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "document_line" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "document_line" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "inspection" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "inspection" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "inspection" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "journal_entry" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "journal_entry" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "journal_entry" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "payment_allocation" for each row execute function stamp_row()
--
create or replace trigger refuse_change before delete or update of "id", "payment_id", "invoice_id", "amount", "effective_date", "recorded_at" on "payment_allocation" for each row execute function refuse_change()
--
create or replace trigger refuse_truncate before truncate on "payment_allocation" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "suggestion_decision" for each row execute function stamp_row()
--
create or replace trigger refuse_change before delete or update of "id", "company_id", "suggestion_id", "build_id", "decision", "kind", "item_id", "warehouse_id", "supplier_id", "quantity", "due_date", "until", "reason", "document_id", "user_id", "effective_date", "recorded_at" on "suggestion_decision" for each row execute function refuse_change()
--
create or replace trigger refuse_truncate before truncate on "suggestion_decision" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "time_entry" for each row execute function stamp_row()
--
create or replace trigger refuse_change before delete or update of "id", "company_id", "document_id", "work_order_id", "employee_id", "work_center_id", "department_id", "minutes", "labour_rate", "overhead_rate", "effective_date", "recorded_at" on "time_entry" for each row execute function refuse_change()
--
create or replace trigger refuse_truncate before truncate on "time_entry" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "work_order" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "work_order" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "work_order" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "work_order_component" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "work_order_component" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "work_order_component" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "work_order_operation" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "work_order_operation" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "work_order_operation" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "document_revision" for each row execute function stamp_row()
--
create or replace trigger refuse_change before delete or update of "id", "document_id", "line_id", "field", "old_value", "new_value", "reason", "user_id", "recorded_at" on "document_revision" for each row execute function refuse_change()
--
create or replace trigger refuse_truncate before truncate on "document_revision" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "journal_line" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "journal_line" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "journal_line" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "line_link" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "line_link" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "line_link" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "stock_move" for each row execute function stamp_row()
--
create or replace trigger refuse_change before delete or update of "id", "company_id", "move_type", "item_id", "lot_id", "from_location_id", "to_location_id", "quantity", "effective_date", "received_date", "unit_cost", "document_id", "document_line_id", "work_order_id", "origin_move_id", "recorded_at" on "stock_move" for each row execute function refuse_change()
--
create or replace trigger refuse_truncate before truncate on "stock_move" for each statement execute function refuse_truncate()
--
create or replace function guard_journal_entry() returns trigger language plpgsql as $$
       begin
           if tg_op = 'INSERT' then
               if new.is_posted then raise exception 'EntryNotBalanced: an entry is posted after its lines were added' using errcode = 'integrity_constraint_violation'; end if;
           else
               if old.is_posted then raise exception 'EntryIsPosted: a posted entry and its lines are never changed or deleted' using errcode = 'integrity_constraint_violation'; end if;
               if 
   exists (select 1 from fiscal_period where id = old.period_id and state = 'locked')
then raise exception 'PeriodIsLocked: the fiscal period of this entry is locked' using errcode = 'integrity_constraint_violation'; end if;
               if tg_op = 'DELETE' then return old; end if;
           end if;
           if 
   exists (select 1 from fiscal_period where id = new.period_id and state = 'locked')
then raise exception 'PeriodIsLocked: the fiscal period of this entry is locked' using errcode = 'integrity_constraint_violation'; end if;
           if 
   not exists (select 1 from fiscal_period where id = new.period_id and company_id = new.company_id
                  and new.entry_date between start_date and end_date)
then raise exception 'WrongPeriod: an entry lies in the fiscal period, of its company and date, that it names' using errcode = 'integrity_constraint_violation'; end if;
           if new.is_posted and 
   (select coalesce(sum(debit_amount) <> sum(credit_amount), true)
           or (min(currency) = max(currency) and sum(document_debit_amount) <> sum(document_credit_amount))
      from journal_line where entry_id = new.id)
then raise exception 'EntryNotBalanced: debits and credits of a posted entry are equal, and it has lines' using errcode = 'integrity_constraint_violation'; end if;
           return new;
       end $$
--
create or replace function guard_journal_line() returns trigger language plpgsql as $$
       begin
           if tg_op <> 'INSERT' then
               if exists (select 1 from journal_entry where id = old.entry_id and is_posted) then raise exception 'EntryIsPosted: a posted entry and its lines are never changed or deleted' using errcode = 'integrity_constraint_violation'; end if;
               if 
   exists (select 1 from journal_entry join fiscal_period on fiscal_period.id = journal_entry.period_id
            where journal_entry.id = old.entry_id and fiscal_period.state = 'locked')
then raise exception 'PeriodIsLocked: the fiscal period of this entry is locked' using errcode = 'integrity_constraint_violation'; end if;
               if tg_op = 'DELETE' then return old; end if;
           end if;
           if exists (select 1 from journal_entry where id = new.entry_id and is_posted) then raise exception 'EntryIsPosted: a posted entry and its lines are never changed or deleted' using errcode = 'integrity_constraint_violation'; end if;
           if 
   exists (select 1 from journal_entry join fiscal_period on fiscal_period.id = journal_entry.period_id
            where journal_entry.id = new.entry_id and fiscal_period.state = 'locked')
then raise exception 'PeriodIsLocked: the fiscal period of this entry is locked' using errcode = 'integrity_constraint_violation'; end if;
           return new;
       end $$
--
create or replace trigger guard_entry before insert or delete or update of id, company_id, number, posting, entry_date, period_id, document_id, description, is_posted, user_id, recorded_at on journal_entry
for each row execute function guard_journal_entry()
--
create or replace trigger guard_line before insert or delete or update of id, entry_id, line_number, account_id, debit_amount, credit_amount, currency, document_debit_amount, document_credit_amount, partner_id, item_id, sales_order_line_id, department_id, document_id, due_date, description, settled_event, settled_period on journal_line
for each row execute function guard_journal_line()
