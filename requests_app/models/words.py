"""The words of a case, beside those of the city (portals.vocabulary)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """Where a submission stands. "Overdue" is never a status: it is a question about dates."""

    RECEIVED = "received", _("Received")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged, being worked on")
    CLARIFYING = "clarifying", _("Waiting for your answer to a question")
    DETERMINED = "determined", _("Answered")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Closed for lack of an answer or payment")


class Action(models.TextChoices):
    """What can be done to a submission; `lifecycle.MOVES` says when."""

    SUBMIT = "submit", _("Submit")
    ACKNOWLEDGE = "acknowledge", _("Acknowledge")
    CLAIM = "claim", _("Claim")
    RELEASE = "release", _("Release")
    ASSIGN = "assign", _("Assign")
    REFER = "refer", _("Refer to another office")
    REFER_BACK = "refer_back", _("Refer back")
    ACCEPT_REFERRAL = "accept_referral", _("Accept the referral")
    RAISE_UNCLAIMED = "raise_unclaimed", _("Raise what nobody has claimed")
    ASK = "ask", _("Ask the requester")
    ANSWER = "answer", _("Answer the question")
    DECLINE = "decline", _("Decline to answer")
    MESSAGE = "message", _("Send a message")
    FOLLOW_UP = "follow_up", _("Follow up in writing")
    NOTE = "note", _("Add an internal note")
    EXTEND = "extend", _("Extend the time limit")
    ESTIMATE = "estimate", _("Give an estimated date")
    RELEASE_PART = "release_part", _("Release a part")
    SPLIT = "split", _("Split into parts")
    PART_DROP = "part_drop", _("Remove a part")
    PART_DECIDE = "part_decide", _("Decide on a part")
    PART_TAKE_BACK = "part_take_back", _("Take back the decision on a part")
    PART_CLEAR = "part_clear", _("Clear a decision")
    PART_RETURN = "part_return", _("Return a decision")
    LOG_WITHHELD = "log_withheld", _("Log what is withheld")
    LOG_DROP = "log_drop", _("Remove a row of the log")
    DETERMINE = "determine", _("Determine")
    CLOSE = "close", _("Close")
    REOPEN = "reopen", _("Reopen")
    UNDO = "undo", _("Undo the answer")
    STATEMENT = "statement", _("Give the written statement of a denial")
    WITHDRAW = "withdraw", _("Withdraw")
    LAPSE = "lapse", _("Lapse")
    REMIND = "remind", _("Remind")
    ESCALATE = "escalate", _("Escalate")
    HAND_TO_CUSTODIAN = "hand_to_custodian", _("Hand over to the custodian of records")
    RECORD = "record", _("Record what happened outside")
    HIDE = "hide", _("Take off the public page")
    FEE_ESTIMATE = "fee_estimate", _("Estimate the fee")
    FEE_AGREE = "fee_agree", _("Agree to the fee")
    FEE_DECLINE = "fee_decline", _("Decline the fee")
    FEE_ASK = "fee_ask", _("Ask for the payment")
    FEE_RECORD = "fee_record", _("Record a payment")
    FEE_WITHDRAW = "fee_withdraw", _("Withdraw the estimate of the fee")
    WAIVER_REQUEST = "waiver_request", _("Ask for a waiver of the fee")
    WAIVER_DECIDE = "waiver_decide", _("Decide on the waiver of the fee")
    LINK = "link", _("Link to another case")
    UNLINK = "unlink", _("Take a link away")
    MERGE = "merge", _("Merge into another case")
    JOIN = "join", _("Join another case to this one")
    SEPARATE = "separate", _("Separate a case that was joined")
    PASS_ON = "pass_on", _("Pass on the answer of the other case")
    APPEAL = "appeal", _("Appeal")
    APPEAL_LINK = "appeal_link", _("Link to the case that is appealed")
    APPEAL_DECIDE = "appeal_decide", _("Decide on the appeal")
    APPEAL_OUTCOME = "appeal_outcome", _("Carry out the decision on an appeal")
    REVIEW_PETITION = "review_petition", _("Record a petition outside the city")
    REVIEW_ORDER = "review_order", _("Record what was decided outside the city")
    REVIEW_COMPLY = "review_comply", _("Record that the order is complied with")
    CONVERT = "convert", _("Turn into another kind")
    CLOSED_DAYS = "closed_days", _("Follow a change of the closed days")
    CONFIRMED_LIMIT = "confirmed_limit", _("Apply a time limit that the office confirmed")
    ISSUE_KEY = "issue_key", _("Issue an API key")
    OPEN_KEY = "open_key", _("Open the API key")
    ADD_EVIDENCE = "add_evidence", _("Add evidence")
    NAME_PARTY = "name_party", _("Name the person concerned")
    HEAR_PARTY = "hear_party", _("Write to the person concerned")
    PARTY_ANSWER = "party_answer", _("Answer of the person concerned")
    FIND = "find", _("Record a finding")
    TAKE_MEASURE = "take_measure", _("Take a measure")
    LIFT_MEASURE = "lift_measure", _("Lift a measure")
    WITHHOLD = "withhold", _("Take a dataset down")
    PUBLISH = "publish", _("Publish the answer")
    UNPUBLISH = "unpublish", _("Take the published answer off the web")


class Channel(models.TextChoices):
    """How a submission came."""

    WEB = "web", _("Web form")
    PHONE = "phone", _("Phone")
    MAIL = "mail", _("Mail")
    COUNTER = "counter", _("Counter")
    EMAIL = "email", _("E-mail")
    PROPOSAL = "proposal", _("Proposal of an office")
    API = "api", _("JSON API")


class Actor(models.TextChoices):
    """Who did something."""

    REQUESTER = "requester", _("Requester")
    STAFF = "staff", _("Staff")
    CLOCK = "clock", _("The clock")
    CONCERNED = "concerned", _("The person concerned")
