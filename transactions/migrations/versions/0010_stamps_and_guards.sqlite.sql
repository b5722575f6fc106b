create trigger "stamp_category_valuation_method_insert" after insert on "category_valuation_method" when new.row_version is null begin update change_counter set value = value + 1 where id = 1; update "category_valuation_method" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "stamp_category_valuation_method_update" after update on "category_valuation_method" when new.row_version is old.row_version begin update change_counter set value = value + 1 where id = 1; update "category_valuation_method" set row_version = (select value from change_counter where id = 1) where id = new.id; end
--
create trigger "keep_category_valuation_method_update" before update of "id", "company_id", "category", "method", "effective_date", "recorded_at" on "category_valuation_method" begin select raise(abort, 'AppendOnly: rows of category_valuation_method are never changed or deleted'); end
--
create trigger "keep_category_valuation_method_delete" before delete on "category_valuation_method" begin select raise(abort, 'AppendOnly: rows of category_valuation_method are never changed or deleted'); end