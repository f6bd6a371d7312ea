"""The tables of a case."""

from requests_app.models.calendar import CalendarLink
from requests_app.models.correspondence import Attachment, Message, Notice, OneTimeCode
from requests_app.models.deadline import Deadline, Escalation
from requests_app.models.desk import (
    BulkResult,
    BulkRun,
    LetterTemplate,
    LetterVersion,
    Mention,
    SavedView,
)
from requests_app.models.determination import Determination, outcome_label
from requests_app.models.enforcement import ConcernedParty, Evidence, Finding, MeasureTaken, PartyWord
from requests_app.models.event import Event, chain_hash, next_event, next_values, occasion_of
from requests_app.models.fee import FeeEstimate, FeeLine, Payment, WaiverRequest
from requests_app.models.following import Follower, MeToo
from requests_app.models.kinds import (
    AccessRequest,
    Appeal,
    DatasetRequest,
    ErrorReport,
    MisuseReport,
    PrivacyConcern,
    RecordsRequest,
)
from requests_app.models.link import CaseLink
from requests_app.models.part import Part, PartExemption, PartFile, Release, Withheld
from requests_app.models.publication import PublishedAnswer, PublishedFile
from requests_app.models.review import OutsideReview
from requests_app.models.submission import Involvement, Referral, Submission
from requests_app.models.tick import Tick
from requests_app.models.words import Action, Actor, Channel, Status

__all__ = [
    "AccessRequest",
    "Action",
    "Actor",
    "Appeal",
    "Attachment",
    "BulkResult",
    "BulkRun",
    "CalendarLink",
    "CaseLink",
    "Channel",
    "ConcernedParty",
    "DatasetRequest",
    "Deadline",
    "Determination",
    "ErrorReport",
    "Escalation",
    "Event",
    "Evidence",
    "FeeEstimate",
    "FeeLine",
    "Finding",
    "Follower",
    "Involvement",
    "LetterTemplate",
    "LetterVersion",
    "MeToo",
    "MeasureTaken",
    "Mention",
    "Message",
    "MisuseReport",
    "Notice",
    "OneTimeCode",
    "OutsideReview",
    "Part",
    "PartExemption",
    "PartFile",
    "PartyWord",
    "Payment",
    "PrivacyConcern",
    "PublishedAnswer",
    "PublishedFile",
    "RecordsRequest",
    "Referral",
    "Release",
    "SavedView",
    "Status",
    "Submission",
    "Tick",
    "WaiverRequest",
    "Withheld",
    "chain_hash",
    "next_event",
    "next_values",
    "occasion_of",
    "outcome_label",
]
