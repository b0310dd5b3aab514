-- The receipts of schools that stand.
{{ standing_receipts('school_receipts') }}
