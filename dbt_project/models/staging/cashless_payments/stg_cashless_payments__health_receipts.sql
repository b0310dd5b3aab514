-- The receipts of health facilities that stand, with what the patient and the insurance fund bear.
{{ standing_receipts('health_receipts', own=['t_bntt', 't_bncct', 't_bhtt']) }}
