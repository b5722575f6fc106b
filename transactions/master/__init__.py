"""What documents refer to: companies, units, items, partners, warehouses, calendars, rates, bills of material."""
