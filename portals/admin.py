"""The administration of the city side: people, offices and datasets are edited here; what the guide and the
law say is only read here, because it comes from the city's file (`load_city`).
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.db import transaction
from django.db.models import QuerySet, URLField
from django.forms.models import model_to_dict
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from portals import models, setup_log
from portals.rulebook import mark_changed
from portals.text_search import searchable
from portals.vocabulary import OfficeRole, SetupAct


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, help_text=_lazy("One a line."), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        if isinstance(value, list):
            return value
        return [line.strip() for line in (value or "").splitlines() if line.strip()]


class ForSuperusers:
    """The administration is for superusers alone; everybody else works at the desk."""

    formfield_overrides: Any = {URLField: {"assume_scheme": "https"}}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and getattr(request.user, "is_superuser", False))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)


class ReadOnly(ForSuperusers, admin.ModelAdmin):
    """To look at, never to change."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ChangesCity(ForSuperusers, admin.ModelAdmin):
    """Rows on which the rules of a city stand: a change is seen by the next request and stands in the log."""

    what: tuple[SetupAct, SetupAct]
    """Of the log: added, changed."""

    def _mark(self, *cities: models.City) -> None:
        for city in {city.pk: city for city in cities}.values():
            mark_changed(city)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        before = type(obj)._default_manager.select_related("city").filter(pk=obj.pk).first()
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            self._mark(obj.city, *([before.city] if before else []))
            self._log(request, obj, self.what[1] if change else self.what[0], _columns(before), _columns(obj))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with transaction.atomic():
            gone = _columns(obj)
            self._log(request, obj, self.what[1], gone, {})
            super().delete_model(request, obj)
            self._mark(obj.city)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset.select_related("city"):
            self.delete_model(request, row)

    def _log(
        self, request: HttpRequest, obj: Any, what: SetupAct, before: dict[str, Any], after: dict[str, Any]
    ) -> None:
        """The change in the log of the city's setup, as if it were made at the desk."""
        changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        setup_log.write(
            setup_log.held(obj.city),
            what,
            f"{obj._meta.model_name}:{obj.pk}",
            str(obj),
            now=timezone.now(),
            by=request.user if isinstance(request.user, models.User) else None,
            before={name: before[name] for name in changed if name in before},
            after={name: after[name] for name in changed if name in after},
        )


def _columns(obj: Any) -> dict[str, Any]:
    """The columns of a row as the log keeps them."""
    return model_to_dict(obj, exclude=["id", "city"]) if obj is not None else {}


class AccountForm(UserChangeForm):
    """An account; only superusers may enter the administration."""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("is_staff") and not values.get("is_superuser"):
            raise forms.ValidationError(
                {
                    "is_staff": _(
                        "Only a superuser may enter the administration. Members of offices need no such "
                        "right: they work at the desk."
                    )
                }
            )
        return values


@admin.register(models.User)
class AccountAdmin(ForSuperusers, UserAdmin):
    form = AccountForm
    list_display = ("email", "first_name", "last_name", "is_active", "is_superuser")
    list_filter = ("is_active", "is_superuser")
    ordering = ("email",)
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": (
                    "username",
                    "email",
                    ("first_name", "last_name"),
                    "usable_password",
                    "password1",
                    "password2",
                ),
            },
        ),
    )


class OfficeForm(forms.ModelForm):
    """An office that the city's file does not know, or what may be corrected of one that it knows."""

    roles = forms.MultipleChoiceField(
        choices=OfficeRole.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    aliases = LinesField()

    class Meta:
        model = models.Office
        fields = (
            "city",
            "key",
            "name",
            "roles",
            "publishes",
            "outside",
            "aliases",
            "note",
            "contact",
            "hours",
            "citation",
            "position",
        )


@admin.register(models.Office)
class OfficeAdmin(ChangesCity):
    form = OfficeForm
    what = (SetupAct.OFFICE_ADD, SetupAct.OFFICE_EDIT)
    list_display = ("name", "city", "roles", "publishes", "outside", "from_file")
    list_filter = ("city", "publishes", "outside", "from_file")
    search_fields = ("name", "key")
    autocomplete_fields = ("citation",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An office of the city's file goes with the file, not here."""
        return super().has_delete_permission(request, obj) and not (obj is not None and obj.from_file)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


class MemberForm(forms.ModelForm):
    """A place in a city; the office must be one of that city."""

    class Meta:
        model = models.Member
        fields = ("user", "city", "office", "role", "is_deputy", "active")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        office, city = values.get("office"), values.get("city")
        if office and city and office.city_id != city.pk:
            raise forms.ValidationError({"office": _("This office belongs to another city.")})
        return values


@admin.register(models.Member)
class MemberAdmin(ChangesCity):
    form = MemberForm
    what = (SetupAct.MEMBER_ADD, SetupAct.MEMBER_EDIT)
    list_display = ("user", "city", "office", "role", "is_deputy", "active")
    list_filter = ("city", "role", "active", "is_deputy")
    search_fields = ("user__email", "user__first_name", "user__last_name", "office__name")
    autocomplete_fields = ("user", "office")
    list_select_related = ("user", "city", "office")


class DatasetForm(forms.ModelForm):
    """What a catalogue says of a dataset; the next import may say it anew."""

    keywords = LinesField()

    class Meta:
        model = models.Dataset
        exclude = ("digest", "search_text")


@admin.register(models.Dataset)
class DatasetAdmin(ForSuperusers, admin.ModelAdmin):
    form = DatasetForm
    list_display = ("name", "city", "identifier", "office", "public", "last_updated", "missing_since")
    list_filter = ("city", "public", "source")
    search_fields = ("name", "identifier")
    autocomplete_fields = ("office",)
    list_select_related = ("city", "office")
    show_full_result_count = False
    readonly_fields = ("source", "source_url", "imported_at", "missing_since", "withheld_since")

    def save_model(self, request: HttpRequest, obj: models.Dataset, form: Any, change: bool) -> None:
        """The words by which it is found follow what was changed."""
        columns = obj.fields.values_list("name", "title") if obj.pk else ()
        obj.search_text = searchable(
            *(obj.name, obj.identifier, obj.department, obj.category, *map(str, obj.keywords)),
            *(obj.attribution, obj.description, *(part for column in columns for part in column)),
        )
        super().save_model(request, obj, form, change)


@admin.register(models.Citation)
class CitationAdmin(ReadOnly):
    list_display = ("label", "title", "city", "layer", "confidence")
    list_filter = ("city", "layer", "confidence")
    search_fields = ("label", "title", "key")


@admin.register(models.City)
class CityAdmin(ReadOnly):
    list_display = ("name", "slug", "state", "time_zone", "version", "checked_on", "loaded_at")


@admin.register(
    models.Provision,
    models.Clock,
    models.Route,
    models.EscalationStep,
    models.AppealRoute,
    models.FeeRule,
    models.DenialRule,
    models.Exemption,
)
class RuleAdmin(ReadOnly):
    list_display = ("key", "city", "layer", "status", "citation", "effective_from", "effective_to")
    list_filter = ("city", "layer", "status")
    search_fields = ("key",)
    list_select_related = ("city", "citation")


@admin.register(models.Flag, models.Measure, models.Violation)
class NamedAdmin(ReadOnly):
    list_display = ("key", "city")
    list_filter = ("city",)
    search_fields = ("key",)


@admin.register(models.ClosedDay)
class ClosedDayAdmin(ReadOnly):
    list_display = ("on", "name", "city", "citation")
    list_filter = ("city",)
    date_hierarchy = "on"
    list_select_related = ("city", "citation")


@admin.register(models.ClosedYear)
class ClosedYearAdmin(ReadOnly):
    list_display = ("year", "city", "complete", "note")
    list_filter = ("city",)


@admin.register(models.EmptyRole)
class EmptyRoleAdmin(ReadOnly):
    list_display = ("role", "city", "because")
    list_filter = ("city",)


@admin.register(models.CatalogRun)
class CatalogRunAdmin(ReadOnly):
    list_display = ("at", "city", "ok", "message", "created", "updated", "unchanged", "missing", "skipped")
    list_filter = ("city", "ok")


@admin.register(models.ApiKey)
class ApiKeyAdmin(ReadOnly):
    list_display = ("prefix", "city", "holder_name", "holder_email", "status", "issued_at", "case")
    list_filter = ("city", "status")
    search_fields = ("prefix", "holder_email__exact", "case__exact")


@admin.register(models.DatasetTakedown)
class DatasetTakedownAdmin(ReadOnly):
    list_display = ("dataset", "since", "case", "restored_at")
    list_select_related = ("dataset",)


@admin.register(models.Table)
class TableAdmin(ReadOnly):
    """What `load_table` loaded; a table is changed by loading its file again."""

    list_display = ("dataset", "row_count", "size", "source", "loaded_at", "changed_at")
    search_fields = ("dataset__name", "dataset__identifier", "source")
    list_select_related = ("dataset",)


@admin.register(models.SetupEvent)
class SetupEventAdmin(ReadOnly):
    list_display = ("at", "city", "sequence", "what", "label", "by_name")
    list_filter = ("city", "what")
    list_select_related = ("city",)


@admin.register(models.Confirmation)
class ConfirmationAdmin(ReadOnly):
    list_display = ("rule", "number", "city", "office", "confirmed_on", "effective_from", "withdrawn")
    list_filter = ("city",)
    list_select_related = ("city", "office")


@admin.register(models.OfficeTarget)
class OfficeTargetAdmin(ReadOnly):
    list_display = ("name", "number", "city", "value", "effective_from", "by_name")
    list_filter = ("city",)


@admin.register(models.Recount)
class RecountAdmin(ReadOnly):
    list_display = ("at", "city", "what", "looked_at", "moved", "letters", "done_at")
    list_filter = ("city", "what")
