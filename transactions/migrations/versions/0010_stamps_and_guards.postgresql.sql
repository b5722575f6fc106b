create or replace trigger stamp_row before insert or update on "category_valuation_method" for each row when (new.row_version is distinct from pg_current_xact_id()::text::bigint) execute function stamp_row()
--
create or replace trigger refuse_change before delete or update of "id", "company_id", "category", "method", "effective_date", "recorded_at" on "category_valuation_method" for each row execute function refuse_change()
--
create or replace trigger refuse_truncate before truncate on "category_valuation_method" for each statement execute function refuse_truncate()