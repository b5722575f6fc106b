create trigger "stamp_bom_by_product_insert" after insert on "bom_by_product" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "bom_by_product" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_bom_by_product_update" after update on "bom_by_product" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "bom_by_product" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "keep_bom_by_product_update" before update of "id", "bom_id", "line_number", "item_id", "quantity", "cost_share" on "bom_by_product" begin select raise(abort, 'AppendOnly: rows of bom_by_product are never changed or deleted'); end
--
create trigger "keep_bom_by_product_delete" before delete on "bom_by_product" begin select raise(abort, 'AppendOnly: rows of bom_by_product are never changed or deleted'); end
--
create trigger "stamp_work_order_by_product_insert" after insert on "work_order_by_product" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "work_order_by_product" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_work_order_by_product_update" after update on "work_order_by_product" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "work_order_by_product" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_work_order_by_product_delete" after delete on "work_order_by_product" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'work_order_by_product', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_work_order_by_product_new_id" after update of id on "work_order_by_product" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'work_order_by_product', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_subcontract_cost_insert" after insert on "subcontract_cost" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "subcontract_cost" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_subcontract_cost_update" after update on "subcontract_cost" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "subcontract_cost" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "keep_subcontract_cost_update" before update of "id", "company_id", "document_id", "document_line_id", "work_order_id", "partner_id", "sequence", "amount", "effective_date", "recorded_at" on "subcontract_cost" begin select raise(abort, 'AppendOnly: rows of subcontract_cost are never changed or deleted'); end
--
create trigger "keep_subcontract_cost_delete" before delete on "subcontract_cost" begin select raise(abort, 'AppendOnly: rows of subcontract_cost are never changed or deleted'); end
--
create trigger "keep_document_revision_update" before update of "id", "document_id", "line_id", "field", "old_value", "new_value", "reason", "user_id", "recorded_at", "effective_date" on "document_revision" begin select raise(abort, 'AppendOnly: rows of document_revision are never changed or deleted'); end
--
create trigger "keep_document_revision_delete" before delete on "document_revision" begin select raise(abort, 'AppendOnly: rows of document_revision are never changed or deleted'); end
--
create trigger "keep_stock_move_update" before update of "id", "company_id", "move_type", "item_id", "lot_id", "from_location_id", "to_location_id", "quantity", "effective_date", "received_date", "unit_cost", "document_id", "document_line_id", "work_order_id", "origin_move_id", "recorded_at", "cost_share" on "stock_move" begin select raise(abort, 'AppendOnly: rows of stock_move are never changed or deleted'); end
--
create trigger "keep_stock_move_delete" before delete on "stock_move" begin select raise(abort, 'AppendOnly: rows of stock_move are never changed or deleted'); end
--
create trigger "keep_time_entry_update" before update of "id", "company_id", "document_id", "work_order_id", "employee_id", "work_center_id", "department_id", "minutes", "labour_rate", "overhead_rate", "effective_date", "recorded_at", "machine_minutes" on "time_entry" begin select raise(abort, 'AppendOnly: rows of time_entry are never changed or deleted'); end
--
create trigger "keep_time_entry_delete" before delete on "time_entry" begin select raise(abort, 'AppendOnly: rows of time_entry are never changed or deleted'); end
--
create trigger "keep_line_link_update" before update of "id", "link_type", "from_line_id", "to_line_id", "quantity", "amount", "effective_date", "recorded_at" on "line_link" begin select raise(abort, 'AppendOnly: rows of line_link are never changed or deleted'); end
--
create trigger "keep_line_link_delete" before delete on "line_link" begin select raise(abort, 'AppendOnly: rows of line_link are never changed or deleted'); end
--
create trigger "keep_item_planning_update" before update of "id", "company_id", "item_id", "warehouse_id", "lead_time_days", "safety_stock", "lot_policy", "minimum_quantity", "multiple_quantity", "preferred_supplier_id", "effective_date", "recorded_at" on "item_planning" begin select raise(abort, 'AppendOnly: rows of item_planning are never changed or deleted'); end
--
create trigger "keep_item_planning_delete" before delete on "item_planning" begin select raise(abort, 'AppendOnly: rows of item_planning are never changed or deleted'); end
--
create trigger "keep_valuation_method_update" before update of "id", "company_id", "item_id", "method", "effective_date", "recorded_at" on "valuation_method" begin select raise(abort, 'AppendOnly: rows of valuation_method are never changed or deleted'); end
--
create trigger "keep_valuation_method_delete" before delete on "valuation_method" begin select raise(abort, 'AppendOnly: rows of valuation_method are never changed or deleted'); end
--
create trigger "keep_standard_cost_update" before update of "id", "company_id", "item_id", "unit_cost", "effective_date", "recorded_at", "material_unit_cost", "labour_unit_cost", "overhead_unit_cost", "subcontract_unit_cost", "landed_unit_cost" on "standard_cost" begin select raise(abort, 'AppendOnly: rows of standard_cost are never changed or deleted'); end
--
create trigger "keep_standard_cost_delete" before delete on "standard_cost" begin select raise(abort, 'AppendOnly: rows of standard_cost are never changed or deleted'); end
--
create trigger "keep_supplier_price_update" before update of "id", "supplier_id", "item_id", "unit_price", "currency", "minimum_quantity", "lead_time_days", "effective_date", "recorded_at" on "supplier_price" begin select raise(abort, 'AppendOnly: rows of supplier_price are never changed or deleted'); end
--
create trigger "keep_supplier_price_delete" before delete on "supplier_price" begin select raise(abort, 'AppendOnly: rows of supplier_price are never changed or deleted'); end
--
create trigger "keep_exchange_rate_update" before update of "id", "company_id", "currency", "rate", "effective_date", "recorded_at" on "exchange_rate" begin select raise(abort, 'AppendOnly: rows of exchange_rate are never changed or deleted'); end
--
create trigger "keep_exchange_rate_delete" before delete on "exchange_rate" begin select raise(abort, 'AppendOnly: rows of exchange_rate are never changed or deleted'); end
--
create trigger "keep_work_center_rate_update" before update of "id", "work_center_id", "labour_rate", "overhead_rate", "effective_date", "recorded_at" on "work_center_rate" begin select raise(abort, 'AppendOnly: rows of work_center_rate are never changed or deleted'); end
--
create trigger "keep_work_center_rate_delete" before delete on "work_center_rate" begin select raise(abort, 'AppendOnly: rows of work_center_rate are never changed or deleted'); end
--
create trigger "keep_employee_rate_update" before update of "id", "employee_id", "hourly_rate", "effective_date", "recorded_at" on "employee_rate" begin select raise(abort, 'AppendOnly: rows of employee_rate are never changed or deleted'); end
--
create trigger "keep_employee_rate_delete" before delete on "employee_rate" begin select raise(abort, 'AppendOnly: rows of employee_rate are never changed or deleted'); end
--
create trigger "keep_bom_update" before update of "id", "item_id", "output_quantity", "effective_date", "end_date", "recorded_at" on "bom" begin select raise(abort, 'AppendOnly: rows of bom are never changed or deleted'); end
--
create trigger "keep_bom_delete" before delete on "bom" begin select raise(abort, 'AppendOnly: rows of bom are never changed or deleted'); end
--
create trigger "keep_bom_line_update" before update of "id", "bom_id", "line_number", "item_id", "quantity", "scrap_rate" on "bom_line" begin select raise(abort, 'AppendOnly: rows of bom_line are never changed or deleted'); end
--
create trigger "keep_bom_line_delete" before delete on "bom_line" begin select raise(abort, 'AppendOnly: rows of bom_line are never changed or deleted'); end
--
create trigger "keep_routing_update" before update of "id", "item_id", "effective_date", "recorded_at" on "routing" begin select raise(abort, 'AppendOnly: rows of routing are never changed or deleted'); end
--
create trigger "keep_routing_delete" before delete on "routing" begin select raise(abort, 'AppendOnly: rows of routing are never changed or deleted'); end
--
create trigger "keep_routing_operation_update" before update of "id", "routing_id", "sequence", "work_center_id", "setup_minutes", "run_minutes", "subcontractor_id", "subcontract_price" on "routing_operation" begin select raise(abort, 'AppendOnly: rows of routing_operation are never changed or deleted'); end
--
create trigger "keep_routing_operation_delete" before delete on "routing_operation" begin select raise(abort, 'AppendOnly: rows of routing_operation are never changed or deleted'); end
