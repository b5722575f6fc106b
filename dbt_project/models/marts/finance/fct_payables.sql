-- One row per supplier bill or landed cost bill with an open amount at as_of.
{{ open_invoices(['supplier_bill', 'landed_cost']) }}
