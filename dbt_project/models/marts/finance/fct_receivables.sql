-- One row per customer invoice with an open amount at as_of.
{{ open_invoices(['customer_invoice']) }}
