create trigger "stamp_work_center_hours_insert" after insert on "work_center_hours" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "work_center_hours" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_work_center_hours_update" after update on "work_center_hours" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "work_center_hours" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "keep_work_center_hours_update" before update of "id", "work_center_id", "machine_count", "opens_at", "effective_date", "recorded_at" on "work_center_hours" begin select raise(abort, 'AppendOnly: rows of work_center_hours are never changed or deleted'); end
--
create trigger "keep_work_center_hours_delete" before delete on "work_center_hours" begin select raise(abort, 'AppendOnly: rows of work_center_hours are never changed or deleted'); end
--
create trigger "stamp_operation_pin_insert" after insert on "operation_pin" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "operation_pin" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_operation_pin_update" after update on "operation_pin" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "operation_pin" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "keep_operation_pin_update" before update of "id", "document_id", "work_order_operation_id", "starts_at", "user_id", "effective_date", "recorded_at" on "operation_pin" begin select raise(abort, 'AppendOnly: rows of operation_pin are never changed or deleted'); end
--
create trigger "keep_operation_pin_delete" before delete on "operation_pin" begin select raise(abort, 'AppendOnly: rows of operation_pin are never changed or deleted'); end
--
create trigger "stamp_operation_plan_insert" after insert on "operation_plan" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "operation_plan" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_operation_plan_update" after update on "operation_plan" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "operation_plan" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "keep_operation_plan_update" before update of "id", "document_id", "work_order_operation_id", "starts_at", "ends_at", "build_id", "user_id", "effective_date", "recorded_at" on "operation_plan" begin select raise(abort, 'AppendOnly: rows of operation_plan are never changed or deleted'); end
--
create trigger "keep_operation_plan_delete" before delete on "operation_plan" begin select raise(abort, 'AppendOnly: rows of operation_plan are never changed or deleted'); end
