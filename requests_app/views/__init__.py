"""What answers an address: find with permission, form, one act, redirect.

`resident` needs no account, `desk` and `setup` a place in an office, `acts` is what can be done with one
case at the desk. Beside them: one page of a case for both sides (case_file, fees, parts) and what all
share: the door of the desk (staff_only), what was typed and must not be lost (typed_again, stale), the city
of an address (common).
"""
