"""The administration of the case side: to look things up. Cases are changed at the desk, by acts that write
events; nothing here changes anything.
"""

from django.contrib import admin

from portals.admin import ReadOnly
from requests_app import models


@admin.register(models.Submission)
class SubmissionAdmin(ReadOnly):
    list_display = ("reference", "city", "kind", "status", "office", "received_on", "next_due_on")
    list_filter = ("city", "kind", "status")
    search_fields = ("reference__exact",)
    search_help_text = "KNT-7F3K9QX2M"
    list_select_related = ("city", "office")
    exclude = ("code_hash", "submission_key", "search_text", "chain_head")


@admin.register(models.Event)
class EventAdmin(ReadOnly):
    list_display = ("submission", "sequence", "action", "happening", "at", "actor", "by_name")
    list_filter = ("action", "actor")
    search_fields = ("submission__reference__exact",)
    list_select_related = ("submission",)
    ordering = ("-id",)


@admin.register(models.Deadline)
class DeadlineAdmin(ReadOnly):
    list_display = (
        "submission",
        "milestone",
        "cycle",
        "state",
        "due_on",
        "layer",
        "next_step",
        "next_step_at",
    )
    list_filter = ("state", "milestone", "layer")
    search_fields = ("submission__reference__exact",)
    list_select_related = ("submission",)
    ordering = ("-id",)


@admin.register(models.Escalation)
class EscalationAdmin(ReadOnly):
    list_display = ("deadline", "step", "cycle", "action", "office", "at")
    list_filter = ("action",)
    list_select_related = ("deadline", "office")
    ordering = ("-id",)


@admin.register(models.Notice)
class NoticeAdmin(ReadOnly):
    list_display = ("key", "kind", "state", "email", "created_at", "sent_at", "attempts", "last_error")
    list_filter = ("state", "kind", "city")
    search_fields = ("submission__reference__exact", "email__exact")
    ordering = ("-id",)


@admin.register(models.Determination)
class DeterminationAdmin(ReadOnly):
    list_display = ("submission", "outcome", "office", "at")
    list_filter = ("outcome",)
    search_fields = ("submission__reference__exact",)
    list_select_related = ("submission", "office")
    ordering = ("-id",)


@admin.register(models.Referral)
class ReferralAdmin(ReadOnly):
    list_display = ("submission", "from_office", "to_office", "at", "is_return")
    search_fields = ("submission__reference__exact",)
    list_select_related = ("submission", "from_office", "to_office")
    ordering = ("-id",)


@admin.register(models.Tick)
class TickAdmin(ReadOnly):
    list_display = ("name", "at")
