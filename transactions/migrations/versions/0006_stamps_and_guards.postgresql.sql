create or replace trigger stamp_row before insert or update on "work_center_hours" for each row when (new.row_version is distinct from pg_current_xact_id()::text::bigint) execute function stamp_row()
--
create or replace trigger refuse_change before delete or update of "id", "work_center_id", "machine_count", "opens_at", "effective_date", "recorded_at" on "work_center_hours" for each row execute function refuse_change()
--
create or replace trigger refuse_truncate before truncate on "work_center_hours" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "operation_pin" for each row when (new.row_version is distinct from pg_current_xact_id()::text::bigint) execute function stamp_row()
--
create or replace trigger refuse_change before delete or update of "id", "document_id", "work_order_operation_id", "starts_at", "user_id", "effective_date", "recorded_at" on "operation_pin" for each row execute function refuse_change()
--
create or replace trigger refuse_truncate before truncate on "operation_pin" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "operation_plan" for each row when (new.row_version is distinct from pg_current_xact_id()::text::bigint) execute function stamp_row()
--
create or replace trigger refuse_change before delete or update of "id", "document_id", "work_order_operation_id", "starts_at", "ends_at", "build_id", "user_id", "effective_date", "recorded_at" on "operation_plan" for each row execute function refuse_change()
--
create or replace trigger refuse_truncate before truncate on "operation_plan" for each statement execute function refuse_truncate()
