create trigger "keep_time_entry_update" before update of "id", "company_id", "document_id", "work_order_id", "employee_id", "work_center_id", "department_id", "minutes", "labour_rate", "overhead_rate", "effective_date", "recorded_at", "machine_minutes", "origin_entry_id" on "time_entry" begin select raise(abort, 'AppendOnly: rows of time_entry are never changed or deleted'); end
--
create trigger "keep_time_entry_delete" before delete on "time_entry" begin select raise(abort, 'AppendOnly: rows of time_entry are never changed or deleted'); end
