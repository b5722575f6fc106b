"""Production: bills of material, routings, work orders and what happens on them."""
