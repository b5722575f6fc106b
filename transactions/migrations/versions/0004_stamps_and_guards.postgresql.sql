create or replace trigger refuse_change before delete or update of "id", "company_id", "item_id", "warehouse_id", "lead_time_days", "safety_stock", "lot_policy", "minimum_quantity", "multiple_quantity", "preferred_supplier_id", "effective_date", "recorded_at", "maximum_quantity", "period_days", "target_quantity", "order_cost", "holding_cost", "tolerance_days", "frozen_days" on "item_planning" for each row execute function refuse_change()
--
create or replace trigger refuse_change before delete or update of "id", "supplier_id", "item_id", "unit_price", "currency", "minimum_quantity", "lead_time_days", "effective_date", "recorded_at", "share_rate" on "supplier_price" for each row execute function refuse_change()
--
create or replace trigger refuse_change before delete or update of "id", "item_id", "output_quantity", "effective_date", "end_date", "recorded_at", "is_phantom" on "bom" for each row execute function refuse_change()
--
create or replace trigger stamp_row before insert or update on "transfer_route" for each row execute function stamp_row()
--
create or replace trigger refuse_change before delete or update of "id", "company_id", "item_id", "from_warehouse_id", "to_warehouse_id", "transit_days", "is_open", "effective_date", "recorded_at" on "transfer_route" for each row execute function refuse_change()
--
create or replace trigger refuse_truncate before truncate on "transfer_route" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "forecast" for each row execute function stamp_row()
--
create or replace trigger refuse_change before delete or update of "id", "company_id", "item_id", "warehouse_id", "from_date", "to_date", "quantity", "effective_date", "recorded_at" on "forecast" for each row execute function refuse_change()
--
create or replace trigger refuse_truncate before truncate on "forecast" for each statement execute function refuse_truncate()
