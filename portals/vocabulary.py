"""The words of the field, each defined once. Imports nothing of ours.

Values are what is stored, what stands in city files and what the JSON of the commands shows;
labels are for people and are translated.
"""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class SubmissionKind(models.TextChoices):
    """What a resident may ask of the front desk."""

    ERROR_REPORT = "error_report", _("Report an error in a dataset")
    DATASET_REQUEST = "dataset_request", _("Request a dataset")
    ACCESS_REQUEST = "access_request", _("Request API access")
    RECORDS_REQUEST = "records_request", _("Request a public record")
    MISUSE_REPORT = "misuse_report", _("Report misuse of data")
    PRIVACY_CONCERN = "privacy_concern", _("Raise a privacy concern")
    APPEAL = "appeal", _("Appeal or complain about an answer")


class Milestone(models.TextChoices):
    """What a deadline is a deadline for."""

    ACKNOWLEDGEMENT = "acknowledgement", _("Acknowledgement")
    RESPONSE = "response", _("First response")
    DETERMINATION = "determination", _("Determination")
    COMPLETION = "completion", _("Completion")
    DENIAL_STATEMENT = "denial_statement", _("Written statement of denial")
    INTERNAL_REVIEW = "internal_review", _("Internal review")
    LAPSE = "lapse", _("Lapse")
    APPEAL_FILING = "appeal_filing", _("Last day to appeal")
    REVIEWER_DECISION = "reviewer_decision", _("Decision of the reviewer")
    COMPLIANCE = "compliance", _("Compliance with an order")
    COURT_FILING = "court_filing", _("Last day to go to court")


MEANING = {
    Milestone.ACKNOWLEDGEMENT: _("By then the office says that it has your submission."),
    Milestone.RESPONSE: _("By then the city answers, or says why it takes longer and until when."),
    Milestone.DETERMINATION: _("By then the city decides whether you get what you asked for."),
    Milestone.COMPLETION: _("By then the city has given you all that it will give, or says by when it will."),
    Milestone.DENIAL_STATEMENT: _("By then the city gives you the reasons of its refusal in writing."),
    Milestone.INTERNAL_REVIEW: _("Until then the city itself looks at its refusal once more."),
    Milestone.LAPSE: _("If you do not answer or pay by then, the request ends."),
    Milestone.APPEAL_FILING: _("If you want the answer reviewed, ask for it by then."),
    Milestone.REVIEWER_DECISION: _("By then whoever reviews the answer decides."),
    Milestone.COMPLIANCE: _("By then the city does what it was ordered to do."),
    Milestone.COURT_FILING: _("If you want to go to court, do so by then."),
}
"""What a milestone means for the person who asked."""

MEANING_IN_APPEALS = {
    Milestone.DETERMINATION: _("By then the office decides on your appeal or complaint."),
    Milestone.COMPLETION: _("By then the office has done what it decided on your appeal or complaint."),
}


def meaning_of(milestone: str, kind: str) -> Any:
    """What a milestone means for the person who sent a submission of `kind`; "" where that needs no words."""
    own = MEANING_IN_APPEALS.get(Milestone(milestone)) if kind == SubmissionKind.APPEAL else None
    return own or MEANING.get(Milestone(milestone), "")


class ClockEvent(models.TextChoices):
    """What starts, meets, stops, resumes, extends or ends a clock."""

    SUBMITTED = "submitted", _("Submitted")
    RECEIVED = "received", _("Received")
    RECEIVED_BY_CUSTODIAN = "received_by_custodian", _("Received by the custodian")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    COMPLETED = "completed", _("Completed")
    DETERMINED = "determined", _("Determined")
    CLARIFICATION_ASKED = "clarification_asked", _("Clarification asked")
    CLARIFICATION_ANSWERED = "clarification_answered", _("Clarification answered")
    CLARIFICATION_DECLINED = "clarification_declined", _("Clarification declined")
    FEE_NOTIFIED = "fee_notified", _("Fee notified")
    FEE_PAID = "fee_paid", _("Fee paid")
    FEE_WAIVED = "fee_waived", _("Fee waived")
    FEE_WAIVER_DENIED = "fee_waiver_denied", _("Fee waiver denied")
    EXTENSION_NOTIFIED = "extension_notified", _("Extension notified")
    ESTIMATE_SET = "estimate_set", _("Estimated date set")
    INSTALMENT_RELEASED = "instalment_released", _("Instalment released")
    DENIED = "denied", _("Denied")
    STATEMENT_REQUESTED = "statement_requested", _("Written statement requested")
    STATEMENT_GIVEN = "statement_given", _("Written statement given")
    REVIEW_REQUESTED = "review_requested", _("Review requested")
    PETITION_RECEIVED = "petition_received", _("Petition received")
    ORDER_ISSUED = "order_issued", _("Order issued")
    VIOLATION_ASCERTAINED = "violation_ascertained", _("Violation ascertained")


class DayUnit(models.TextChoices):
    """How the days of a clock are counted."""

    BUSINESS = "business", _("business days")
    CALENDAR = "calendar", _("calendar days")
    YEARS = "years", _("years")


class Roll(models.TextChoices):
    """What happens when the last day of a calendar count is a day on which the office is closed."""

    NONE = "none", _("the date stands")
    NEXT_OPEN_DAY = "next_open_day", _("moves to the next open day")
    SUNDAY = "sunday", _("moves only if it is a Sunday")


class ClockState(models.TextChoices):
    """How a deadline stands. Whether an open one is late is a question of the day, not a state."""

    OPEN = "open", _("Open")
    MET = "met", _("Met")
    PAUSED = "paused", _("Stopped")
    NOT_SPECIFIED = "not_specified", _("Not specified on the cited page")


class Layer(models.TextChoices):
    """Where a rule comes from. Layers are shown side by side and never merged."""

    GUIDE = "guide", _("the city's guide")
    STATUTE = "statute", _("state law")
    CITY_CODE = "city_code", _("city code")
    OFFICE_TARGET = "office_target", _("the office's own target, not a legal deadline")
    CONFIRMED = "confirmed", _("confirmed by the office, not specified on the cited page")


class ProvisionStatus(models.TextChoices):
    """How far the cited page answers a topic."""

    STATED = "stated", _("Stated")
    PARTLY = "partly", _("Stated in part; the rest is not specified on the cited page")
    NOT_SPECIFIED = "not_specified", _("Not specified on the cited page")
    SILENT = "silent", _("Not mentioned on the cited page")


class Confidence(models.TextChoices):
    """How sure we are of a rule of the second layer. `low` is shown as not specified."""

    HIGH = "high", _("read in the text of the law")
    MEDIUM = "medium", _("read in an official or professional secondary source")
    LOW = "low", _("not confirmed")


class Topic(models.TextChoices):
    """Under which heading of the rules page a provision stands."""

    PORTAL = "portal", _("The portal")
    API_ACCESS = "api_access", _("API and access")
    DATASET_PAGES = "dataset_pages", _("What dataset pages show")
    LICENSING = "licensing", _("License and acceptable use")
    ERROR_REPORTS = "error_reports", _("Errors in data")
    DATASET_REQUESTS = "dataset_requests", _("Asking for data")
    PUBLIC_RECORDS = "public_records", _("Public records")
    PRIVACY = "privacy", _("Privacy")
    FORMS = "forms", _("Forms")
    FEES = "fees", _("Fees")
    TIME_LIMITS = "time_limits", _("Time limits")
    FOLLOW_UP = "follow_up", _("When nobody acknowledges")
    ENFORCEMENT = "enforcement", _("Enforcement and who enforces")
    VIOLATIONS = "violations", _("Common violations")
    FINES = "fines", _("Fines and penalties")
    APPEALS = "appeals", _("Appeal and review")
    DENIALS = "denials", _("Denials")
    HOLIDAYS = "holidays", _("Closed days and office hours")
    CONTACTS = "contacts", _("Offices and contacts")
    STATISTICS = "statistics", _("Yearly statistics")


class OfficeRole(models.TextChoices):
    """What an office is there for in a city; a city may leave a role empty."""

    DATA_STEWARD = "data_steward", _("publishing department or bureau")
    IT_OPEN_DATA = "it_open_data", _("IT and open data")
    RECORDS_CUSTODIAN = "records_custodian", _("custodian of records")
    ADMINISTRATIVE_ESCALATION = "administrative_escalation", _("city administration")
    LEGAL = "legal", _("legal")
    EXTERNAL_REVIEW = "external_review", _("review outside the city")
    INTAKE = "intake", _("intake")


class Relation(models.TextChoices):
    """What a route wants of an office."""

    LEAD = "lead", _("must act")
    TOGETHER = "together", _("must act as well")
    ALTERNATIVE = "alternative", _("may act instead")
    INFORMED = "informed", _("is informed")


class StepAction(models.TextChoices):
    """What the clock does when nobody acknowledges."""

    REMIND = "remind", _("remind")
    FOLLOW_UP = "follow_up", _("follow up in writing")
    REFER = "refer", _("refer")
    INFORM = "inform", _("inform")


class MemberRole(models.TextChoices):
    """What a person may do in a city."""

    MEMBER = "member", _("member of an office")
    HEAD = "head", _("head of an office")
    CLERK = "clerk", _("clerk")
    ATTORNEY = "attorney", _("attorney")
    ADMINISTRATOR = "administrator", _("city administrator")
    AUDITOR = "auditor", _("auditor (reads only)")


class Outcome(models.TextChoices):
    """What a determination decides."""

    GRANTED = "granted", _("Granted")
    PARTIAL = "partial", _("Granted in part")
    DENIED = "denied", _("Denied")
    NOT_HELD = "not_held", _("The city does not hold it")
    PUBLICLY_AVAILABLE = "publicly_available", _("Already public")
    REFERRED_ELSEWHERE = "referred_elsewhere", _("Belongs to another body")
    DUPLICATE = "duplicate", _("Answered elsewhere already")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    CORRECTED = "corrected", _("Corrected")
    PUBLISHED = "published", _("Published")
    NO_ACTION = "no_action", _("No action")


class AppealOutcome(models.TextChoices):
    """What an office of the city decides on an appeal of an answer, or of silence."""

    UPHELD = "upheld", _("The answer stands")
    PARTLY = "partly", _("Reversed in part")
    REVERSED = "reversed", _("Reversed")
    REMANDED = "remanded", _("Sent back to be decided anew")
    DISMISSED = "dismissed", _("Dismissed without a decision on the matter")


class FeeRuleKind(models.TextChoices):
    """What a fee rule decides. A rule without a kind is only told."""

    RATE = "rate", _("may be charged")
    FLAT = "flat", _("may be charged once, instead of single charges")
    FORBIDDEN = "forbidden", _("may not be charged")
    CONDITION = "condition", _("when something may be charged")
    ESTIMATE_NOTICE = "estimate_notice", _("from which amount the requester must confirm")
    DEPOSIT = "deposit", _("deposit")
    PREPAYMENT = "prepayment", _("payment in advance")
    WAIVER = "waiver", _("waiver")
    WAIVER_APPEAL = "waiver_appeal", _("review of a denied waiver")


class FeeCircumstance(models.TextChoices):
    """What must hold so that something may be charged or asked in advance; staff say why it does."""

    COMMERCIAL = "commercial", _("the request serves nothing but business")
    DISRUPTION = "disruption", _("the request plainly disrupts the office too much")
    ARREARS = "arrears", _("the requester still owes fees")


class PaymentTime(models.TextChoices):
    """When a fee is asked for."""

    ADVANCE = "advance", _("The whole fee in advance")
    DEPOSIT = "deposit", _("A deposit now, the rest when the records are ready")
    DELIVERY = "delivery", _("When the records are ready")


class Figure(models.TextChoices):
    """What reports count, and what a city file may say that a law asks for; meanings: docs/reports.md."""

    RECEIVED = "received", _("Received")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    ANSWERED = "answered", _("Answered")
    OPEN = "open", _("Open")
    OVERDUE = "overdue", _("Overdue now")
    LATE = "late", _("Done late")
    FIRST_RESPONSE = "first_response", _("First response, days")
    COMPLETION = "completion", _("Completion, days")
    STOPPED = "stopped", _("Clock stopped")
    APPEALED = "appealed", _("Appealed")
    CLARIFIED = "clarified", _("Clarified")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Lapsed")
    MERGED = "merged", _("Merged")
    ESCALATED = "escalated", _("Escalated")
    CHARGED = "charged", _("Fee estimated")
    COLLECTED = "collected", _("Fees received")
    OUTCOMES = "outcomes", _("Outcomes")
    EXEMPTIONS = "exemptions", _("Exemptions used")


class SetupAct(models.TextChoices):
    """What can be done to the setup of a city; each is an event of its log."""

    CONFIRM = "confirm", _("Confirmation recorded")
    UNCONFIRM = "unconfirm", _("Confirmation taken back")
    CONFIRM_OPEN = "confirm_open", _("Confirmed time limit applied to open cases")
    TARGET = "target", _("Target changed")
    CLOSED_DAY_ADD = "closed_day_add", _("Closed day added")
    CLOSED_DAY_WITHDRAW = "closed_day_withdraw", _("Closed day withdrawn")
    CLOSED_YEAR = "closed_year", _("Year of closed days entered")
    OFFICE_ADD = "office_add", _("Office added")
    OFFICE_EDIT = "office_edit", _("Office changed")
    MEMBER_ADD = "member_add", _("Member added")
    MEMBER_EDIT = "member_edit", _("Member changed")
    LOAD = "load", _("City file loaded")


class MeasureEffect(models.TextChoices):
    """What a measure of enforcement does in this software, beside being written down and told."""

    NONE = "none", _("written down and told; nothing is switched off")
    SUSPEND_KEY = "suspend_key", _("the API key stops working until the measure is lifted")
    REVOKE_KEY = "revoke_key", _("the API key is taken back")
    TAKE_DOWN = "take_down", _("a dataset that is named is no longer shown or served")
    REFER_LEGAL = "refer_legal", _("the case goes to the legal office with its file")


class Offense(models.TextChoices):
    """For which offense a guide provides a measure, where it says so."""

    FIRST = "first", _("first offense")
    REPEAT = "repeat", _("repeated offense")
    CONTINUING = "continuing", _("continuing offense")


class KeyStatus(models.TextChoices):
    """Whether an API key works."""

    ACTIVE = "active", _("Works")
    SUSPENDED = "suspended", _("Suspended")
    REVOKED = "revoked", _("Revoked")
