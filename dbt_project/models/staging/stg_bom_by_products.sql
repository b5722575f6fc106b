-- One row per by-product of a BOM version.
select
    bom_by_products.id as bom_by_product_id,
    bom_by_products.bom_id,
    bom_by_products.item_id,

    bom_by_products.line_number,
    {{ quantity('bom_by_products.quantity') }} as quantity,
    {{ quantity('bom_by_products.cost_share') }} as cost_share,

    bom_by_products.quantity as quantity_micro,
    bom_by_products.cost_share as cost_share_micro
from {{ source('raw', 'bom_by_product') }} as bom_by_products
