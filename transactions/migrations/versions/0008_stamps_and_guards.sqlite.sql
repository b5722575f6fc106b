drop trigger if exists "keep_work_center_hours_update"
--
create trigger "keep_work_center_hours_update" before update of "id", "work_center_id", "machine_count", "opens_at", "effective_date", "recorded_at", "breaks" on "work_center_hours" begin select raise(abort, 'AppendOnly: rows of work_center_hours are never changed or deleted'); end
--
drop trigger if exists "keep_work_center_hours_delete"
--
create trigger "keep_work_center_hours_delete" before delete on "work_center_hours" begin select raise(abort, 'AppendOnly: rows of work_center_hours are never changed or deleted'); end
--
drop trigger if exists "keep_routing_operation_update"
--
create trigger "keep_routing_operation_update" before update of "id", "routing_id", "sequence", "work_center_id", "setup_minutes", "run_minutes", "subcontractor_id", "subcontract_price", "subcontract_lead_time_days" on "routing_operation" begin select raise(abort, 'AppendOnly: rows of routing_operation are never changed or deleted'); end
--
drop trigger if exists "keep_routing_operation_delete"
--
create trigger "keep_routing_operation_delete" before delete on "routing_operation" begin select raise(abort, 'AppendOnly: rows of routing_operation are never changed or deleted'); end