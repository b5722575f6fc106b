create trigger "stamp_approval_limit_insert" after insert on "approval_limit" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "approval_limit" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_approval_limit_update" after update on "approval_limit" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "approval_limit" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "keep_approval_limit_update" before update of "id", "company_id", "role", "user_id", "amount", "effective_date", "recorded_at" on "approval_limit" begin select raise(abort, 'AppendOnly: rows of approval_limit are never changed or deleted'); end
--
create trigger "keep_approval_limit_delete" before delete on "approval_limit" begin select raise(abort, 'AppendOnly: rows of approval_limit are never changed or deleted'); end
--
drop trigger if exists "keep_bom_update"
--
create trigger "keep_bom_update" before update of "id", "item_id", "output_quantity", "effective_date", "end_date", "recorded_at", "is_phantom", "alternate" on "bom" begin select raise(abort, 'AppendOnly: rows of bom are never changed or deleted'); end
--
drop trigger if exists "keep_bom_delete"
--
create trigger "keep_bom_delete" before delete on "bom" begin select raise(abort, 'AppendOnly: rows of bom are never changed or deleted'); end
--
drop trigger if exists "keep_item_planning_update"
--
create trigger "keep_item_planning_update" before update of "id", "company_id", "item_id", "warehouse_id", "lead_time_days", "safety_stock", "lot_policy", "minimum_quantity", "multiple_quantity", "preferred_supplier_id", "effective_date", "recorded_at", "maximum_quantity", "period_days", "target_quantity", "order_cost", "holding_cost", "tolerance_days", "frozen_days", "release_fence_days" on "item_planning" begin select raise(abort, 'AppendOnly: rows of item_planning are never changed or deleted'); end
--
drop trigger if exists "keep_item_planning_delete"
--
create trigger "keep_item_planning_delete" before delete on "item_planning" begin select raise(abort, 'AppendOnly: rows of item_planning are never changed or deleted'); end