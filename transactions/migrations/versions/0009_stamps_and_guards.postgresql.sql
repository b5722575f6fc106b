create or replace trigger stamp_row before insert or update on "stock_reservation" for each row when (new.row_version is distinct from pg_current_xact_id()::text::bigint) execute function stamp_row()
--
create or replace trigger refuse_change before delete or update of "id", "company_id", "document_line_id", "item_id", "location_id", "lot_id", "quantity", "cause", "user_id", "effective_date", "recorded_at" on "stock_reservation" for each row execute function refuse_change()
--
create or replace trigger refuse_truncate before truncate on "stock_reservation" for each statement execute function refuse_truncate()
--
create or replace trigger refuse_change before delete or update of "id", "item_id", "output_quantity", "effective_date", "end_date", "recorded_at", "is_phantom", "alternate", "yield_rate" on "bom" for each row execute function refuse_change()