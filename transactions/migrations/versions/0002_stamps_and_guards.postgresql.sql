create or replace trigger stamp_row before insert or update on "bom_by_product" for each row execute function stamp_row()
--
create or replace trigger refuse_change before delete or update of "id", "bom_id", "line_number", "item_id", "quantity", "cost_share" on "bom_by_product" for each row execute function refuse_change()
--
create or replace trigger refuse_truncate before truncate on "bom_by_product" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "work_order_by_product" for each row execute function stamp_row()
--
create or replace trigger leave_tombstone after delete or update of id on "work_order_by_product" for each row execute function leave_tombstone()
--
create or replace trigger refuse_truncate before truncate on "work_order_by_product" for each statement execute function refuse_truncate()
--
create or replace trigger stamp_row before insert or update on "subcontract_cost" for each row execute function stamp_row()
--
create or replace trigger refuse_change before delete or update of "id", "company_id", "document_id", "document_line_id", "work_order_id", "partner_id", "sequence", "amount", "effective_date", "recorded_at" on "subcontract_cost" for each row execute function refuse_change()
--
create or replace trigger refuse_truncate before truncate on "subcontract_cost" for each statement execute function refuse_truncate()
--
create or replace trigger refuse_change before delete or update of "id", "document_id", "line_id", "field", "old_value", "new_value", "reason", "user_id", "recorded_at", "effective_date" on "document_revision" for each row execute function refuse_change()
--
create or replace trigger refuse_change before delete or update of "id", "company_id", "move_type", "item_id", "lot_id", "from_location_id", "to_location_id", "quantity", "effective_date", "received_date", "unit_cost", "document_id", "document_line_id", "work_order_id", "origin_move_id", "recorded_at", "cost_share" on "stock_move" for each row execute function refuse_change()
--
create or replace trigger refuse_change before delete or update of "id", "company_id", "document_id", "work_order_id", "employee_id", "work_center_id", "department_id", "minutes", "labour_rate", "overhead_rate", "effective_date", "recorded_at", "machine_minutes" on "time_entry" for each row execute function refuse_change()
--
create or replace trigger refuse_change before delete or update of "id", "link_type", "from_line_id", "to_line_id", "quantity", "amount", "effective_date", "recorded_at" on "line_link" for each row execute function refuse_change()
--
create or replace trigger refuse_change before delete or update of "id", "company_id", "item_id", "warehouse_id", "lead_time_days", "safety_stock", "lot_policy", "minimum_quantity", "multiple_quantity", "preferred_supplier_id", "effective_date", "recorded_at" on "item_planning" for each row execute function refuse_change()
--
create or replace trigger refuse_change before delete or update of "id", "company_id", "item_id", "method", "effective_date", "recorded_at" on "valuation_method" for each row execute function refuse_change()
--
create or replace trigger refuse_change before delete or update of "id", "company_id", "item_id", "unit_cost", "effective_date", "recorded_at", "material_unit_cost", "labour_unit_cost", "overhead_unit_cost", "subcontract_unit_cost", "landed_unit_cost" on "standard_cost" for each row execute function refuse_change()
--
create or replace trigger refuse_change before delete or update of "id", "supplier_id", "item_id", "unit_price", "currency", "minimum_quantity", "lead_time_days", "effective_date", "recorded_at" on "supplier_price" for each row execute function refuse_change()
--
create or replace trigger refuse_change before delete or update of "id", "company_id", "currency", "rate", "effective_date", "recorded_at" on "exchange_rate" for each row execute function refuse_change()
--
create or replace trigger refuse_change before delete or update of "id", "work_center_id", "labour_rate", "overhead_rate", "effective_date", "recorded_at" on "work_center_rate" for each row execute function refuse_change()
--
create or replace trigger refuse_change before delete or update of "id", "employee_id", "hourly_rate", "effective_date", "recorded_at" on "employee_rate" for each row execute function refuse_change()
--
create or replace trigger refuse_change before delete or update of "id", "item_id", "output_quantity", "effective_date", "end_date", "recorded_at" on "bom" for each row execute function refuse_change()
--
create or replace trigger refuse_change before delete or update of "id", "bom_id", "line_number", "item_id", "quantity", "scrap_rate" on "bom_line" for each row execute function refuse_change()
--
create or replace trigger refuse_change before delete or update of "id", "item_id", "effective_date", "recorded_at" on "routing" for each row execute function refuse_change()
--
create or replace trigger refuse_change before delete or update of "id", "routing_id", "sequence", "work_center_id", "setup_minutes", "run_minutes", "subcontractor_id", "subcontract_price" on "routing_operation" for each row execute function refuse_change()
