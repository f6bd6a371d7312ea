"""Sample data for `/desk/styleguide/`: one realistic example of every component, in every state it can have.

Plain data with fixed dates; nothing here is read by any other page.
"""

from datetime import UTC, date, datetime
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Submit
from django import forms

TODAY = date(2026, 6, 10)

GUIDE = {"label": "guide, 4.2", "title": "Open data portal guide", "url": "https://example.org/guide"}
STATUTE = {
    "label": "RCW 42.56.520(1)",
    "title": "Prompt responses required",
    "url": "https://example.org/law",
}

PROVISIONS = [
    {
        "key": "first-response", "statement": "The city answers a request for public records within five "
        "business days: with the records, a denial, or an estimate of when they will be ready.",
        "status": "stated", "layer": "statute", "citation": STATUTE, "confirm_with": None,
    },
    {
        "key": "correction", "statement": "How long the publishing department has to correct an error.",
        "status": "not_specified", "layer": "guide", "citation": GUIDE, "confirm_with": "City Clerk",
    },
    {
        "key": "limits", "statement": "The API limits how often it may be called; the number is not given.",
        "status": "partly", "layer": "guide", "citation": GUIDE, "confirm_with": "Information Technology",
    },
]  # fmt: skip

CONFIRMED = {
    "words": "10 business days", "office": "City Clerk", "on": date(2026, 6, 1), "from_on": date(2026, 6, 2),
    "citation": "Letter of the City Clerk, June 1, 2026", "url": "https://example.org/letter",
}  # fmt: skip

DEADLINES = [
    {
        "milestone": "response", "due_on": "2026-06-12", "state": "open", "layer": "statute",
        "citation": STATUTE, "extendable_to": None, "acts_on": None, "confirm_with": None,
        "because": [
            "Received on Friday, June 5, 2026; that day is day 0.",
            "Five business days are counted.",
            "Saturday, June 6 and Sunday, June 7 do not count: the office is closed.",
            "The fifth business day is Friday, June 12, 2026.",
        ],
    },
    {
        "milestone": "determination", "due_on": "2026-06-30", "state": "open", "layer": "city_code",
        "citation": "KMC 2.50", "extendable_to": "2026-07-14", "acts_on": None, "because": [],
    },
    {
        "milestone": "acknowledgement", "due_on": "2026-06-08", "state": "open", "layer": "office_target",
        "citation": GUIDE, "because": ["The office's own target is three business days after receipt."],
    },
    {
        "milestone": "completion", "due_on": None, "state": "paused", "layer": "statute", "citation": STATUTE,
        "because": ["The office asked a question on June 9, 2026; the clock stands until it is answered."],
    },
    {
        "milestone": "reviewer_decision", "due_on": None, "state": "not_specified", "layer": "guide",
        "citation": GUIDE, "confirm_with": "City Clerk", "because": ["The page names no time limit."],
    },
    {
        "milestone": "lapse", "due_on": "2026-07-06", "acts_on": "2026-07-07", "state": "met",
        "layer": "statute", "citation": "ORS 192.324(4)", "because": [],
    },
]  # fmt: skip

ROUTE = {
    "acts": [
        {
            "office": "Public Works", "role": "data_steward", "relation": "lead", "layer": "guide",
            "citation": GUIDE, "because": "It is the department listed on the dataset.",
        },
        {
            "office": "Information Technology", "role": "it_open_data", "relation": "alternative",
            "layer": "guide", "citation": GUIDE, "because": "It runs the portal and its API.",
        },
    ],
    "informed": [
        {
            "office": "City Clerk", "role": "records_custodian", "relation": "informed", "layer": "guide",
            "citation": GUIDE, "because": "It is told of every error that touches official records.",
        }
    ],
    "escalation": [
        {
            "step": 1, "after": "4 business days", "after_layer": "office_target", "action": "remind",
            "office": "Public Works", "role": "data_steward", "layer": "office_target", "citation": GUIDE,
            "because": "It has not acknowledged the report.",
        },
        {
            "step": 2, "after": "10 business days", "after_layer": "office_target", "action": "refer",
            "office": "City Manager's Office", "role": "administrative_escalation", "layer": "guide",
            "citation": GUIDE, "because": "The guide names it for items that stay unacknowledged.",
        },
    ],
    "legal": {"office": None, "role": "legal", "citation": GUIDE, "layer": "guide",
              "because": "The guide names no legal office for this.", "confirm_with": "City Clerk"},
}  # fmt: skip

EVENTS = [
    {"at": datetime(2026, 6, 5, 16, 20, tzinfo=UTC), "title": "Received", "who": "Dana Reyes", "key": True},
    {
        "at": datetime(2026, 6, 8, 15, 2, tzinfo=UTC), "title": "Acknowledged", "who": "City Clerk",
        "detail": "The clerk's office took it on and set June 12 as the date of its first response.",
    },
    {"at": datetime(2026, 6, 9, 18, 45, tzinfo=UTC), "title": "Question asked", "who": "City Clerk"},
]  # fmt: skip

FILES = [
    {"name": "Hydrants with wrong coordinates.csv", "url": "#files", "size": 18432, "note": "as handed in"},
    {"name": "Photograph of the corner of 4th and Meeker.jpg", "url": "#files", "size": 2411724},
]

MESSAGES = [
    {
        "author": "Dana Reyes", "direction": "in", "at": datetime(2026, 6, 5, 16, 20, tzinfo=UTC),
        "body": "Twelve hydrants are drawn in the river.\n\nThe list is attached.", "files": FILES[:1],
    },
    {
        "author": "City Clerk", "direction": "out", "at": datetime(2026, 6, 9, 18, 45, tzinfo=UTC),
        "body": "Which download did you use, the CSV or the GeoJSON file?", "files": [],
    },
    {
        "author": "Sam Okafor", "direction": "note", "at": datetime(2026, 6, 9, 18, 50, tzinfo=UTC),
        "body": "Same cause as the report of March: the axes are swapped in the nightly export.",
    },
]  # fmt: skip

PLOT = [
    {"label": month, "value": value}
    for month, value in [("Jan", 41), ("Feb", 38), ("Mar", 52), ("Apr", None), ("May", 47), ("Jun", 19)]
]

COLUMNS = [
    {"label": "Reference", "url": "?sort=reference"},
    {"label": "What", "url": ""},
    {"label": "Due", "url": "?sort=-due", "sorted": "asc"},
    {"label": "State", "url": ""},
    {"label": "Days left", "url": "", "num": True},
]

ROWS = [
    {"cells": [
        {"text": "KNT-2026-00412", "url": "#table", "ref": True}, {"text": "Hydrants in the river"},
        {"text": "June 8, 2026"}, {"text": "Late", "state": "late"}, {"text": "−2"},
    ]},
    {"cells": [
        {"text": "KNT-2026-00417", "url": "#table", "ref": True}, {"text": "Minutes of the parks board"},
        {"text": "June 12, 2026"}, {"text": "Due soon", "state": "due_soon"}, {"text": "2"},
    ]},
    {"cells": [
        {"text": "KNT-2026-00420", "url": "#table", "ref": True}, {"text": "Permit data as a daily file"},
        {"text": "Not specified"}, {"text": "Not specified", "state": "not_specified"}, {"text": "–"},
    ]},
]  # fmt: skip

FACETS = [
    {"title": "Publisher", "options": [
        {"label": "Public Works", "count": 31, "url": "?publisher=pw", "selected": True},
        {"label": "Parks", "count": 12, "url": "?publisher=parks"},
    ]},
    {"title": "Format", "options": [{"label": "CSV", "count": 58, "url": "?format=csv"}]},
]  # fmt: skip

CODE = 'import csv, urllib.request\nurl = "https://example.org/resource/hydr-ants.csv?$limit=100"\nprint(url)'


class SampleForm(forms.Form):
    """Every kind of control once; bound with bad data, its errors show too."""

    title = forms.CharField(label="What is wrong?", help_text="One sentence is enough.")
    email = forms.EmailField(label="E-mail", required=False, help_text="Only used for this report.")
    seen_on = forms.DateField(label="When did you see it?", widget=forms.DateInput(attrs={"type": "date"}))
    details = forms.CharField(label="Details", widget=forms.Textarea, required=False)
    publisher = forms.ChoiceField(label="Publisher", choices=[("pw", "Public Works"), ("parks", "Parks")])
    official = forms.ChoiceField(
        label="Does it affect official records?",
        choices=[("yes", "Yes"), ("no", "No"), ("unsure", "I am not sure")],
        widget=forms.RadioSelect,
        help_text="Then the City Clerk is informed as well.",
    )
    formats = forms.MultipleChoiceField(
        label="Formats",
        required=False,
        choices=[("csv", "CSV"), ("json", "JSON"), ("geojson", "GeoJSON")],
        widget=forms.CheckboxSelectMultiple,
    )
    public = forms.BooleanField(label="Show my report on the dataset's page", required=False)
    file = forms.FileField(label="Files", required=False, help_text="Up to 10 files of 10 MB.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = True
        self.helper.layout = Layout(
            "title", "email", "seen_on", "details", "publisher",
            Fieldset("Circumstances", "official", "formats", "public"), "file",
        )  # fmt: skip
        self.helper.add_input(Submit("send", "Continue"))


def sample_context() -> dict[str, Any]:
    """What `components/styleguide.html` needs."""
    return {
        "today": TODAY,
        "received_on": date(2026, 6, 1),
        "due_on": date(2026, 6, 22),
        "overdue_on": date(2026, 6, 8),
        "stops": [{"from_on": date(2026, 6, 4), "to_on": date(2026, 6, 7)}],
        "states": ["met", "on_time", "due_soon", "late", "paused", "not_specified", "passed"],
        "kinds": ["info", "success", "warning", "error"],
        "provisions": PROVISIONS,
        "confirmed": CONFIRMED,
        "deadlines": DEADLINES,
        "route": ROUTE,
        "events": EVENTS,
        "files": FILES,
        "conversation": MESSAGES,
        "points": PLOT,
        "columns": COLUMNS,
        "rows": ROWS,
        "facets": FACETS,
        "steps": ["What is wrong", "About you", "Check your answers"],
        "code": CODE,
        "guide": GUIDE,
        "form": SampleForm(),
        "faulty_form": SampleForm({"email": "nobody"}, prefix="faulty"),
    }
