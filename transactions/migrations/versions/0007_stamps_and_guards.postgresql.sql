create or replace trigger stamp_row before insert or update on "approval_limit" for each row when (new.row_version is distinct from pg_current_xact_id()::text::bigint) execute function stamp_row()
--
create or replace trigger refuse_change before delete or update of "id", "company_id", "role", "user_id", "amount", "effective_date", "recorded_at" on "approval_limit" for each row execute function refuse_change()
--
create or replace trigger refuse_truncate before truncate on "approval_limit" for each statement execute function refuse_truncate()
--
create or replace trigger refuse_change before delete or update of "id", "item_id", "output_quantity", "effective_date", "end_date", "recorded_at", "is_phantom", "alternate" on "bom" for each row execute function refuse_change()
--
create or replace trigger refuse_change before delete or update of "id", "company_id", "item_id", "warehouse_id", "lead_time_days", "safety_stock", "lot_policy", "minimum_quantity", "multiple_quantity", "preferred_supplier_id", "effective_date", "recorded_at", "maximum_quantity", "period_days", "target_quantity", "order_cost", "holding_cost", "tolerance_days", "frozen_days", "release_fence_days" on "item_planning" for each row execute function refuse_change()