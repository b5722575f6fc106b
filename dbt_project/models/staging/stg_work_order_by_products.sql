-- One row per by-product that a work order plans.
select
    work_order_by_products.id as work_order_by_product_id,
    work_order_by_products.document_id as work_order_id,
    work_order_by_products.item_id,

    {{ quantity('work_order_by_products.quantity') }} as quantity,
    {{ quantity('work_order_by_products.cost_share') }} as cost_share,

    work_order_by_products.quantity as quantity_micro,
    work_order_by_products.cost_share as cost_share_micro
from {{ source('raw', 'work_order_by_product') }} as work_order_by_products
inner join {{ source('raw', 'document') }} as documents on documents.id = work_order_by_products.document_id
where
    documents.effective_date <= {{ as_of() }}
