"""Who may see what an address holds: one row for each address of ours."""

EVERYBODY, REQUESTER_OF_CASE, STAFF, STAFF_OF_CASE = (
    "everybody",
    "requester of case",
    "staff",
    "staff of case",
)
SECRET_LINK = "whoever has the secret address"
WHOEVER_SENDS_THE_CODE = "whoever sends the code of the case with the call"
CITY_STAFF, WHOEVER_SEES_THE_FILE = "staff of the city", "whoever sees the file"
API_READS = (
    *("api", "api_openapi", "api_nothing", "api_cities", "api_city", "api_offices", "api_rules"),
    *("api_closed_days", "api_datasets", "api_dataset", "api_explain_route", "api_explain_deadlines"),
    *("api_answers", "api_published_answer", "api_reports", "api_report", "api_performance", "api_forms"),
)
API_FILING = tuple(
    f"api_submit_{kind}"
    for kind in (
        *("error_report", "dataset_request", "access_request", "records_request", "misuse_report"),
        *("privacy_concern", "appeal"),
    )
)
API_OWN = tuple(
    f"api_{name}" for name in ("case", "case_file", "answer", "message", "follow_up", "withdraw", "statement")
)
CITY_SETUP = "clerk, administrator and auditor of the city"

OFFICE_PAGES = (
    *("absences", "letters", "letter", "new_letter", "letters_out", "letters_in", "bulk", "bulk_result"),
    *("views", "remove_view", "set_backup", "end_absence"),
)
POLICY: dict[str, str] = {
    **{f"requests_app:{name}": STAFF for name in OFFICE_PAGES},
    **{f"requests_app:{name}": EVERYBODY for name in (*API_READS, *API_FILING)},
    **{f"requests_app:{name}": WHOEVER_SENDS_THE_CODE for name in API_OWN},
    "healthz": EVERYBODY,
    "requests_app:track": EVERYBODY,
    "requests_app:case": REQUESTER_OF_CASE,
    "requests_app:withdraw": REQUESTER_OF_CASE,
    "requests_app:fee": REQUESTER_OF_CASE,
    "requests_app:case_file": REQUESTER_OF_CASE,
    "requests_app:receipt": REQUESTER_OF_CASE,
    **{f"requests_app:{name}": REQUESTER_OF_CASE for name in ("key", "parts", "withheld")},
    "requests_app:concerned": EVERYBODY,
    "requests_app:measure_appeal": EVERYBODY,
    "requests_app:file": WHOEVER_SEES_THE_FILE,
    **{f"requests_app:{name}": EVERYBODY for name in ("answers", "answer", "following", "public_case")},
    "requests_app:choose": EVERYBODY,
    **{f"requests_app:{name}": EVERYBODY for name in ("answer_file", "performance", "performance_csv")},
    "requests_app:submit": EVERYBODY,
    "requests_app:suggest": EVERYBODY,
    "requests_app:dataset": EVERYBODY,
    "requests_app:desk": STAFF,
    "requests_app:queue": STAFF,
    "requests_app:styleguide": STAFF,
    "requests_app:reports": STAFF,
    "requests_app:reports_file": STAFF,
    "requests_app:staff_case": STAFF_OF_CASE,
    "requests_app:staff_fee": STAFF_OF_CASE,
    "requests_app:staff_case_file": STAFF_OF_CASE,
    "requests_app:staff_receipt": STAFF_OF_CASE,
    "requests_app:links": STAFF_OF_CASE,
    "requests_app:enforcement": STAFF,
    "requests_app:enforcement_of": STAFF_OF_CASE,
    "requests_app:party_letter": STAFF_OF_CASE,
    **{f"requests_app:staff_{name}": STAFF_OF_CASE for name in ("key", "parts", "withheld")},
    "requests_app:publication": STAFF_OF_CASE,
    "requests_app:repeated": STAFF,
    "requests_app:act": STAFF_OF_CASE,
    "requests_app:seen": STAFF_OF_CASE,
    "requests_app:appeals": STAFF,
    "requests_app:calendar": STAFF,
    "requests_app:calendar_links": STAFF,
    "requests_app:calendar_feed": SECRET_LINK,
    "requests_app:enter": CITY_STAFF,
    "requests_app:setup": STAFF,
    "requests_app:setup_city": CITY_SETUP,
    "requests_app:setup_open": CITY_SETUP,
    "requests_app:setup_confirm": CITY_SETUP,
    "requests_app:setup_targets": CITY_SETUP,
    "requests_app:setup_target": CITY_SETUP,
    "requests_app:setup_days": CITY_SETUP,
    "requests_app:setup_add_day": CITY_SETUP,
    "requests_app:setup_year": CITY_SETUP,
    "requests_app:setup_withdraw_day": CITY_SETUP,
    "requests_app:setup_offices": CITY_SETUP,
    "requests_app:setup_new_office": CITY_SETUP,
    "requests_app:setup_office": CITY_SETUP,
    "requests_app:setup_members": CITY_SETUP,
    "requests_app:setup_new_member": CITY_SETUP,
    "requests_app:setup_member": CITY_SETUP,
    "requests_app:setup_simulation": CITY_SETUP,
    "requests_app:setup_history": CITY_SETUP,
    "portals:home": EVERYBODY,
    "portals:accessibility": EVERYBODY,
    "portals:privacy": EVERYBODY,
    "portals:api_docs": EVERYBODY,
    **{f"portals:{name}": EVERYBODY for name in ("data_json", "city_data_json", "catalog_v1", "nothing_at")},
    **{f"portals:{name}": EVERYBODY for name in ("soda_views", "soda_metadata", "short_link")},
    **{f"portals:{name}": EVERYBODY for name in ("soda_view", "soda_view_plain", "city_soda_view")},
    **{f"portals:{name}": EVERYBODY for name in ("soda_rows", "city_soda_rows", "soda_row", "city_soda_row")},
    **{f"portals:{name}": EVERYBODY for name in ("soda_resource", "city_soda_resource", "nothing_here")},
    "portals:front_desk": EVERYBODY,
    "portals:city_css": EVERYBODY,
    "portals:rules": EVERYBODY,
    "portals:calculator": EVERYBODY,
    "portals:datasets": EVERYBODY,
}
"""Name of an address -> who may see what it holds."""
