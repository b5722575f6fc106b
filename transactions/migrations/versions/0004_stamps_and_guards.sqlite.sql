create trigger "keep_item_planning_update" before update of "id", "company_id", "item_id", "warehouse_id", "lead_time_days", "safety_stock", "lot_policy", "minimum_quantity", "multiple_quantity", "preferred_supplier_id", "effective_date", "recorded_at", "maximum_quantity", "period_days", "target_quantity", "order_cost", "holding_cost", "tolerance_days", "frozen_days" on "item_planning" begin select raise(abort, 'AppendOnly: rows of item_planning are never changed or deleted'); end
--
create trigger "keep_item_planning_delete" before delete on "item_planning" begin select raise(abort, 'AppendOnly: rows of item_planning are never changed or deleted'); end
--
create trigger "keep_supplier_price_update" before update of "id", "supplier_id", "item_id", "unit_price", "currency", "minimum_quantity", "lead_time_days", "effective_date", "recorded_at", "share_rate" on "supplier_price" begin select raise(abort, 'AppendOnly: rows of supplier_price are never changed or deleted'); end
--
create trigger "keep_supplier_price_delete" before delete on "supplier_price" begin select raise(abort, 'AppendOnly: rows of supplier_price are never changed or deleted'); end
--
create trigger "keep_bom_update" before update of "id", "item_id", "output_quantity", "effective_date", "end_date", "recorded_at", "is_phantom" on "bom" begin select raise(abort, 'AppendOnly: rows of bom are never changed or deleted'); end
--
create trigger "keep_bom_delete" before delete on "bom" begin select raise(abort, 'AppendOnly: rows of bom are never changed or deleted'); end
--
create trigger "stamp_transfer_route_insert" after insert on "transfer_route" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "transfer_route" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_transfer_route_update" after update on "transfer_route" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "transfer_route" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "keep_transfer_route_update" before update of "id", "company_id", "item_id", "from_warehouse_id", "to_warehouse_id", "transit_days", "is_open", "effective_date", "recorded_at" on "transfer_route" begin select raise(abort, 'AppendOnly: rows of transfer_route are never changed or deleted'); end
--
create trigger "keep_transfer_route_delete" before delete on "transfer_route" begin select raise(abort, 'AppendOnly: rows of transfer_route are never changed or deleted'); end
--
create trigger "stamp_forecast_insert" after insert on "forecast" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "forecast" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_forecast_update" after update on "forecast" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "forecast" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "keep_forecast_update" before update of "id", "company_id", "item_id", "warehouse_id", "from_date", "to_date", "quantity", "effective_date", "recorded_at" on "forecast" begin select raise(abort, 'AppendOnly: rows of forecast are never changed or deleted'); end
--
create trigger "keep_forecast_delete" before delete on "forecast" begin select raise(abort, 'AppendOnly: rows of forecast are never changed or deleted'); end
