create trigger "stamp_company_insert" after insert on "company" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "company" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_company_update" after update on "company" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "company" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_company_delete" after delete on "company" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'company', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_company_new_id" after update of id on "company" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'company', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_database_identity_insert" after insert on "database_identity" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "database_identity" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_database_identity_update" after update on "database_identity" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "database_identity" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_database_identity_delete" after delete on "database_identity" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'database_identity', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_database_identity_new_id" after update of id on "database_identity" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'database_identity', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_number_series_insert" after insert on "number_series" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "number_series" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_number_series_update" after update on "number_series" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "number_series" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_number_series_delete" after delete on "number_series" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'number_series', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_number_series_new_id" after update of id on "number_series" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'number_series', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_partner_insert" after insert on "partner" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "partner" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_partner_update" after update on "partner" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "partner" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_partner_delete" after delete on "partner" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'partner', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_partner_new_id" after update of id on "partner" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'partner', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_row_tombstone_insert" after insert on "row_tombstone" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "row_tombstone" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_row_tombstone_update" after update on "row_tombstone" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "row_tombstone" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_unit_insert" after insert on "unit" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "unit" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_unit_update" after update on "unit" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "unit" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_unit_delete" after delete on "unit" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'unit', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_unit_new_id" after update of id on "unit" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'unit', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_user_account_insert" after insert on "user_account" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "user_account" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_user_account_update" after update on "user_account" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "user_account" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_user_account_delete" after delete on "user_account" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'user_account', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_user_account_new_id" after update of id on "user_account" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'user_account', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_account_insert" after insert on "account" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "account" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_account_update" after update on "account" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "account" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_account_delete" after delete on "account" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'account', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_account_new_id" after update of id on "account" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'account', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_audit_record_insert" after insert on "audit_record" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "audit_record" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_audit_record_update" after update on "audit_record" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "audit_record" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "keep_audit_record_update" before update of "id", "position", "user_id", "command", "key", "data", "changes", "recorded_at", "previous_hash", "hash" on "audit_record" begin select raise(abort, 'AppendOnly: rows of audit_record are never changed or deleted'); end
--
create trigger "keep_audit_record_delete" before delete on "audit_record" begin select raise(abort, 'AppendOnly: rows of audit_record are never changed or deleted'); end
--
create trigger "stamp_cost_settlement_insert" after insert on "cost_settlement" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "cost_settlement" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_cost_settlement_update" after update on "cost_settlement" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "cost_settlement" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "keep_cost_settlement_update" before update of "id", "company_id", "build_id", "row_count", "recorded_at" on "cost_settlement" begin select raise(abort, 'AppendOnly: rows of cost_settlement are never changed or deleted'); end
--
create trigger "keep_cost_settlement_delete" before delete on "cost_settlement" begin select raise(abort, 'AppendOnly: rows of cost_settlement are never changed or deleted'); end
--
create trigger "stamp_department_insert" after insert on "department" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "department" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_department_update" after update on "department" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "department" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_department_delete" after delete on "department" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'department', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_department_new_id" after update of id on "department" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'department', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_exchange_rate_insert" after insert on "exchange_rate" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "exchange_rate" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_exchange_rate_update" after update on "exchange_rate" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "exchange_rate" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_exchange_rate_delete" after delete on "exchange_rate" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'exchange_rate', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_exchange_rate_new_id" after update of id on "exchange_rate" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'exchange_rate', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_fiscal_period_insert" after insert on "fiscal_period" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "fiscal_period" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_fiscal_period_update" after update on "fiscal_period" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "fiscal_period" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_fiscal_period_delete" after delete on "fiscal_period" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'fiscal_period', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_fiscal_period_new_id" after update of id on "fiscal_period" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'fiscal_period', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_holiday_insert" after insert on "holiday" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "holiday" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_holiday_update" after update on "holiday" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "holiday" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_holiday_delete" after delete on "holiday" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'holiday', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_holiday_new_id" after update of id on "holiday" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'holiday', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_item_insert" after insert on "item" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "item" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_item_update" after update on "item" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "item" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_item_delete" after delete on "item" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'item', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_item_new_id" after update of id on "item" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'item', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_tax_code_insert" after insert on "tax_code" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "tax_code" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_tax_code_update" after update on "tax_code" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "tax_code" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_tax_code_delete" after delete on "tax_code" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'tax_code', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_tax_code_new_id" after update of id on "tax_code" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'tax_code', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_user_role_insert" after insert on "user_role" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "user_role" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_user_role_update" after update on "user_role" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "user_role" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_user_role_delete" after delete on "user_role" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'user_role', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_user_role_new_id" after update of id on "user_role" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'user_role', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_warehouse_insert" after insert on "warehouse" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "warehouse" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_warehouse_update" after update on "warehouse" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "warehouse" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_warehouse_delete" after delete on "warehouse" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'warehouse', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_warehouse_new_id" after update of id on "warehouse" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'warehouse', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_work_center_insert" after insert on "work_center" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "work_center" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_work_center_update" after update on "work_center" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "work_center" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_work_center_delete" after delete on "work_center" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'work_center', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_work_center_new_id" after update of id on "work_center" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'work_center', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_bom_insert" after insert on "bom" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "bom" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_bom_update" after update on "bom" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "bom" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_bom_delete" after delete on "bom" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'bom', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_bom_new_id" after update of id on "bom" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'bom', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_employee_insert" after insert on "employee" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "employee" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_employee_update" after update on "employee" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "employee" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_employee_delete" after delete on "employee" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'employee', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_employee_new_id" after update of id on "employee" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'employee', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_item_planning_insert" after insert on "item_planning" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "item_planning" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_item_planning_update" after update on "item_planning" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "item_planning" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_item_planning_delete" after delete on "item_planning" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'item_planning', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_item_planning_new_id" after update of id on "item_planning" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'item_planning', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_item_unit_insert" after insert on "item_unit" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "item_unit" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_item_unit_update" after update on "item_unit" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "item_unit" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_item_unit_delete" after delete on "item_unit" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'item_unit', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_item_unit_new_id" after update of id on "item_unit" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'item_unit', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_location_insert" after insert on "location" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "location" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_location_update" after update on "location" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "location" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_location_delete" after delete on "location" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'location', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_location_new_id" after update of id on "location" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'location', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_lot_insert" after insert on "lot" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "lot" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_lot_update" after update on "lot" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "lot" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_lot_delete" after delete on "lot" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'lot', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_lot_new_id" after update of id on "lot" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'lot', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_routing_insert" after insert on "routing" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "routing" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_routing_update" after update on "routing" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "routing" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_routing_delete" after delete on "routing" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'routing', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_routing_new_id" after update of id on "routing" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'routing', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_standard_cost_insert" after insert on "standard_cost" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "standard_cost" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_standard_cost_update" after update on "standard_cost" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "standard_cost" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_standard_cost_delete" after delete on "standard_cost" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'standard_cost', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_standard_cost_new_id" after update of id on "standard_cost" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'standard_cost', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_supplier_price_insert" after insert on "supplier_price" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "supplier_price" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_supplier_price_update" after update on "supplier_price" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "supplier_price" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_supplier_price_delete" after delete on "supplier_price" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'supplier_price', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_supplier_price_new_id" after update of id on "supplier_price" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'supplier_price', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_valuation_method_insert" after insert on "valuation_method" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "valuation_method" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_valuation_method_update" after update on "valuation_method" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "valuation_method" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_valuation_method_delete" after delete on "valuation_method" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'valuation_method', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_valuation_method_new_id" after update of id on "valuation_method" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'valuation_method', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_work_center_rate_insert" after insert on "work_center_rate" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "work_center_rate" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_work_center_rate_update" after update on "work_center_rate" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "work_center_rate" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_work_center_rate_delete" after delete on "work_center_rate" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'work_center_rate', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_work_center_rate_new_id" after update of id on "work_center_rate" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'work_center_rate', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_bom_line_insert" after insert on "bom_line" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "bom_line" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_bom_line_update" after update on "bom_line" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "bom_line" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_bom_line_delete" after delete on "bom_line" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'bom_line', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_bom_line_new_id" after update of id on "bom_line" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'bom_line', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_document_insert" after insert on "document" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "document" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_document_update" after update on "document" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "document" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_document_delete" after delete on "document" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'document', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_document_new_id" after update of id on "document" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'document', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_employee_rate_insert" after insert on "employee_rate" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "employee_rate" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_employee_rate_update" after update on "employee_rate" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "employee_rate" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_employee_rate_delete" after delete on "employee_rate" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'employee_rate', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_employee_rate_new_id" after update of id on "employee_rate" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'employee_rate', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_routing_operation_insert" after insert on "routing_operation" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "routing_operation" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_routing_operation_update" after update on "routing_operation" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "routing_operation" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_routing_operation_delete" after delete on "routing_operation" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'routing_operation', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_routing_operation_new_id" after update of id on "routing_operation" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'routing_operation', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_stock_balance_insert" after insert on "stock_balance" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "stock_balance" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_stock_balance_update" after update on "stock_balance" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "stock_balance" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_stock_balance_delete" after delete on "stock_balance" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'stock_balance', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_stock_balance_new_id" after update of id on "stock_balance" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'stock_balance', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_document_event_insert" after insert on "document_event" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "document_event" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_document_event_update" after update on "document_event" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "document_event" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "keep_document_event_update" before update of "id", "document_id", "state", "effective_date", "user_id", "recorded_at" on "document_event" begin select raise(abort, 'AppendOnly: rows of document_event are never changed or deleted'); end
--
create trigger "keep_document_event_delete" before delete on "document_event" begin select raise(abort, 'AppendOnly: rows of document_event are never changed or deleted'); end
--
create trigger "stamp_document_line_insert" after insert on "document_line" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "document_line" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_document_line_update" after update on "document_line" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "document_line" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_document_line_delete" after delete on "document_line" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'document_line', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_document_line_new_id" after update of id on "document_line" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'document_line', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_inspection_insert" after insert on "inspection" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "inspection" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_inspection_update" after update on "inspection" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "inspection" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_inspection_delete" after delete on "inspection" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'inspection', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_inspection_new_id" after update of id on "inspection" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'inspection', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_journal_entry_insert" after insert on "journal_entry" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "journal_entry" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_journal_entry_update" after update on "journal_entry" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "journal_entry" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_journal_entry_delete" after delete on "journal_entry" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'journal_entry', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_journal_entry_new_id" after update of id on "journal_entry" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'journal_entry', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_payment_allocation_insert" after insert on "payment_allocation" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "payment_allocation" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_payment_allocation_update" after update on "payment_allocation" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "payment_allocation" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "keep_payment_allocation_update" before update of "id", "payment_id", "invoice_id", "amount", "effective_date", "recorded_at" on "payment_allocation" begin select raise(abort, 'AppendOnly: rows of payment_allocation are never changed or deleted'); end
--
create trigger "keep_payment_allocation_delete" before delete on "payment_allocation" begin select raise(abort, 'AppendOnly: rows of payment_allocation are never changed or deleted'); end
--
create trigger "stamp_suggestion_decision_insert" after insert on "suggestion_decision" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "suggestion_decision" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_suggestion_decision_update" after update on "suggestion_decision" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "suggestion_decision" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "keep_suggestion_decision_update" before update of "id", "company_id", "suggestion_id", "build_id", "decision", "kind", "item_id", "warehouse_id", "supplier_id", "quantity", "due_date", "until", "reason", "document_id", "user_id", "effective_date", "recorded_at" on "suggestion_decision" begin select raise(abort, 'AppendOnly: rows of suggestion_decision are never changed or deleted'); end
--
create trigger "keep_suggestion_decision_delete" before delete on "suggestion_decision" begin select raise(abort, 'AppendOnly: rows of suggestion_decision are never changed or deleted'); end
--
create trigger "stamp_time_entry_insert" after insert on "time_entry" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "time_entry" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_time_entry_update" after update on "time_entry" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "time_entry" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "keep_time_entry_update" before update of "id", "company_id", "document_id", "work_order_id", "employee_id", "work_center_id", "department_id", "minutes", "labour_rate", "overhead_rate", "effective_date", "recorded_at" on "time_entry" begin select raise(abort, 'AppendOnly: rows of time_entry are never changed or deleted'); end
--
create trigger "keep_time_entry_delete" before delete on "time_entry" begin select raise(abort, 'AppendOnly: rows of time_entry are never changed or deleted'); end
--
create trigger "stamp_work_order_insert" after insert on "work_order" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "work_order" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_work_order_update" after update on "work_order" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "work_order" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_work_order_delete" after delete on "work_order" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'work_order', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_work_order_new_id" after update of id on "work_order" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'work_order', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_work_order_component_insert" after insert on "work_order_component" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "work_order_component" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_work_order_component_update" after update on "work_order_component" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "work_order_component" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_work_order_component_delete" after delete on "work_order_component" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'work_order_component', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_work_order_component_new_id" after update of id on "work_order_component" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'work_order_component', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_work_order_operation_insert" after insert on "work_order_operation" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "work_order_operation" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_work_order_operation_update" after update on "work_order_operation" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "work_order_operation" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_work_order_operation_delete" after delete on "work_order_operation" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'work_order_operation', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_work_order_operation_new_id" after update of id on "work_order_operation" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'work_order_operation', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_document_revision_insert" after insert on "document_revision" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "document_revision" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_document_revision_update" after update on "document_revision" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "document_revision" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "keep_document_revision_update" before update of "id", "document_id", "line_id", "field", "old_value", "new_value", "reason", "user_id", "recorded_at" on "document_revision" begin select raise(abort, 'AppendOnly: rows of document_revision are never changed or deleted'); end
--
create trigger "keep_document_revision_delete" before delete on "document_revision" begin select raise(abort, 'AppendOnly: rows of document_revision are never changed or deleted'); end
--
create trigger "stamp_journal_line_insert" after insert on "journal_line" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "journal_line" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_journal_line_update" after update on "journal_line" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "journal_line" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_journal_line_delete" after delete on "journal_line" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'journal_line', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_journal_line_new_id" after update of id on "journal_line" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'journal_line', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_line_link_insert" after insert on "line_link" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "line_link" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_line_link_update" after update on "line_link" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "line_link" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_line_link_delete" after delete on "line_link" begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'line_link', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_line_link_new_id" after update of id on "line_link" when new.id is not old.id begin update change_counter set value = value + 1 where id = 1; insert into row_tombstone (id, table_name, deleted_id, row_version) select value, 'line_link', old.id, value from change_counter where id = 1; end
--
create trigger "stamp_stock_move_insert" after insert on "stock_move" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "stock_move" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_stock_move_update" after update on "stock_move" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "stock_move" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "keep_stock_move_update" before update of "id", "company_id", "move_type", "item_id", "lot_id", "from_location_id", "to_location_id", "quantity", "effective_date", "received_date", "unit_cost", "document_id", "document_line_id", "work_order_id", "origin_move_id", "recorded_at" on "stock_move" begin select raise(abort, 'AppendOnly: rows of stock_move are never changed or deleted'); end
--
create trigger "keep_stock_move_delete" before delete on "stock_move" begin select raise(abort, 'AppendOnly: rows of stock_move are never changed or deleted'); end
--
create trigger guard_journal_entry_insert before insert on journal_entry begin select raise(abort, 'EntryNotBalanced: an entry is posted after its lines were added') where new.is_posted; select raise(abort, 'PeriodIsLocked: the fiscal period of this entry is locked') where 
    exists (select 1 from fiscal_period where id = new.period_id and state = 'locked')
; select raise(abort, 'WrongPeriod: an entry lies in the fiscal period, of its company and date, that it names') where 
    not exists (select 1 from fiscal_period where id = new.period_id and company_id = new.company_id
                   and new.entry_date between start_date and end_date)
; end
--
create trigger guard_journal_entry_update before update of id, company_id, number, posting, entry_date, period_id, document_id, description, is_posted, user_id, recorded_at on journal_entry begin select raise(abort, 'EntryIsPosted: a posted entry and its lines are never changed or deleted') where old.is_posted; select raise(abort, 'PeriodIsLocked: the fiscal period of this entry is locked') where 
    exists (select 1 from fiscal_period where id = old.period_id and state = 'locked')
; select raise(abort, 'PeriodIsLocked: the fiscal period of this entry is locked') where 
    exists (select 1 from fiscal_period where id = new.period_id and state = 'locked')
; select raise(abort, 'WrongPeriod: an entry lies in the fiscal period, of its company and date, that it names') where 
    not exists (select 1 from fiscal_period where id = new.period_id and company_id = new.company_id
                   and new.entry_date between start_date and end_date)
; select raise(abort, 'EntryNotBalanced: debits and credits of a posted entry are equal, and it has lines') where new.is_posted and 
    (select coalesce(sum(debit_amount) <> sum(credit_amount), true)
            or (min(currency) = max(currency) and sum(document_debit_amount) <> sum(document_credit_amount))
       from journal_line where entry_id = new.id)
; end
--
create trigger guard_journal_entry_delete before delete on journal_entry begin select raise(abort, 'EntryIsPosted: a posted entry and its lines are never changed or deleted') where old.is_posted; select raise(abort, 'PeriodIsLocked: the fiscal period of this entry is locked') where 
    exists (select 1 from fiscal_period where id = old.period_id and state = 'locked')
; end
--
create trigger guard_journal_line_insert before insert on journal_line begin select raise(abort, 'EntryIsPosted: a posted entry and its lines are never changed or deleted') where exists (select 1 from journal_entry where id = new.entry_id and is_posted); select raise(abort, 'PeriodIsLocked: the fiscal period of this entry is locked') where 
    exists (select 1 from journal_entry join fiscal_period on fiscal_period.id = journal_entry.period_id
             where journal_entry.id = new.entry_id and fiscal_period.state = 'locked')
; end
--
create trigger guard_journal_line_update before update of id, entry_id, line_number, account_id, debit_amount, credit_amount, currency, document_debit_amount, document_credit_amount, partner_id, item_id, sales_order_line_id, department_id, document_id, due_date, description, settled_event, settled_period on journal_line begin select raise(abort, 'EntryIsPosted: a posted entry and its lines are never changed or deleted') where exists (select 1 from journal_entry where id = old.entry_id and is_posted); select raise(abort, 'PeriodIsLocked: the fiscal period of this entry is locked') where 
    exists (select 1 from journal_entry join fiscal_period on fiscal_period.id = journal_entry.period_id
             where journal_entry.id = old.entry_id and fiscal_period.state = 'locked')
; select raise(abort, 'EntryIsPosted: a posted entry and its lines are never changed or deleted') where exists (select 1 from journal_entry where id = new.entry_id and is_posted); select raise(abort, 'PeriodIsLocked: the fiscal period of this entry is locked') where 
    exists (select 1 from journal_entry join fiscal_period on fiscal_period.id = journal_entry.period_id
             where journal_entry.id = new.entry_id and fiscal_period.state = 'locked')
; end
--
create trigger guard_journal_line_delete before delete on journal_line begin select raise(abort, 'EntryIsPosted: a posted entry and its lines are never changed or deleted') where exists (select 1 from journal_entry where id = old.entry_id and is_posted); select raise(abort, 'PeriodIsLocked: the fiscal period of this entry is locked') where 
    exists (select 1 from journal_entry join fiscal_period on fiscal_period.id = journal_entry.period_id
             where journal_entry.id = old.entry_id and fiscal_period.state = 'locked')
; end
