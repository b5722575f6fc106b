create trigger "stamp_stock_reservation_insert" after insert on "stock_reservation" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "stock_reservation" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_stock_reservation_update" after update on "stock_reservation" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "stock_reservation" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "keep_stock_reservation_update" before update of "id", "company_id", "document_line_id", "item_id", "location_id", "lot_id", "quantity", "cause", "user_id", "effective_date", "recorded_at" on "stock_reservation" begin select raise(abort, 'AppendOnly: rows of stock_reservation are never changed or deleted'); end
--
create trigger "keep_stock_reservation_delete" before delete on "stock_reservation" begin select raise(abort, 'AppendOnly: rows of stock_reservation are never changed or deleted'); end
--
drop trigger if exists "keep_bom_update"
--
create trigger "keep_bom_update" before update of "id", "item_id", "output_quantity", "effective_date", "end_date", "recorded_at", "is_phantom", "alternate", "yield_rate" on "bom" begin select raise(abort, 'AppendOnly: rows of bom are never changed or deleted'); end
--
drop trigger if exists "keep_bom_delete"
--
create trigger "keep_bom_delete" before delete on "bom" begin select raise(abort, 'AppendOnly: rows of bom are never changed or deleted'); end