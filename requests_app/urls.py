"""Addresses of requests_app."""

from django.urls import URLPattern, path

from requests_app.api import dispatch, pages
from requests_app.views import case_file, fees, parts
from requests_app.views.acts import page as staff_acts
from requests_app.views.desk import (
    absences,
    appeals,
    bulk,
    calendar,
    enforcement,
    enter,
    letters,
    links,
    mentions,
    publication,
    repeated,
    reports,
    saved_views,
    staff,
)
from requests_app.views.resident import (
    answers,
    case,
    concerned,
    following,
    keys,
    performance,
    public,
    submit,
    track,
)
from requests_app.views.setup import days as setup_days
from requests_app.views.setup import overview as city_setup
from requests_app.views.setup import people as setup_people
from requests_app.views.setup import rules as setup_rules
from requests_app.views.setup import simulation as setup_simulation

app_name = "requests_app"

PUBLIC: list[URLPattern] = [
    path("track/", track.track, name="track"),
    path("track/<str:reference>/", case.case, name="case"),
    path("track/<str:reference>/withdraw/", case.withdraw, name="withdraw"),
    path("track/<str:reference>/case-file/", case_file.case_file, name="case_file"),
    path("track/<str:reference>/fee/", fees.fee, name="fee"),
    path("track/<str:reference>/fee/<str:receipt>/", fees.receipt, name="receipt"),
    path("track/<str:reference>/key/", keys.key, name="key"),
    path("concerned/<str:reference>/", concerned.concerned, name="concerned"),
    path("concerned/<str:reference>/appeal/<int:number>/", concerned.appeal, name="measure_appeal"),
    path("track/<str:reference>/parts/", parts.parts, name="parts"),
    path("track/<str:reference>/parts/withheld.<str:form>", parts.withheld, name="withheld"),
    path("files/<int:file_id>/", public.file, name="file"),
    path("follow/<str:token>/", following.follower, name="following"),
    path("<slug:city_slug>/reports/<str:reference>/", following.public_case, name="public_case"),
    path("<slug:city_slug>/answers/", answers.answers, name="answers"),
    path("<slug:city_slug>/answers/<int:answer_id>/", answers.answer, name="answer"),
    path("<slug:city_slug>/answers/<int:answer_id>/files/<int:file_id>/", answers.file, name="answer_file"),
    path("<slug:city_slug>/performance/", performance.performance, name="performance"),
    path("<slug:city_slug>/performance/figures.csv", performance.performance_csv, name="performance_csv"),
    path("<slug:city_slug>/submit/", public.choose, name="choose"),
    path("<slug:city_slug>/submit/<str:kind>/", submit.submit, name="submit"),
    path("<slug:city_slug>/suggest/", public.suggest, name="suggest"),
    path("<slug:city_slug>/datasets/<path:identifier>/", public.dataset, name="dataset"),
]

STAFF: list[URLPattern] = [
    path("desk/", staff.desk, name="desk"),
    path("desk/queue/", staff.queue_page, name="queue"),
    path("desk/bulk/", bulk.act, name="bulk"),
    path("desk/bulk/<str:key>/", bulk.result, name="bulk_result"),
    path("desk/views/", saved_views.page, name="views"),
    path("desk/views/<int:view_id>/remove/", saved_views.remove, name="remove_view"),
    path("desk/case/<str:reference>/", staff.case, name="staff_case"),
    path(
        "desk/case/<str:reference>/case-file/<str:part>/", case_file.staff_case_file, name="staff_case_file"
    ),
    path("desk/case/<str:reference>/fee/", fees.staff_fee, name="staff_fee"),
    path("desk/case/<str:reference>/fee/<str:receipt>/", fees.staff_receipt, name="staff_receipt"),
    path("desk/case/<str:reference>/publication/", publication.publish, name="publication"),
    path("desk/case/<str:reference>/links/", links.links, name="links"),
    path("desk/enforcement/", enforcement.listed, name="enforcement"),
    path("desk/case/<str:reference>/enforcement/", enforcement.of_case, name="enforcement_of"),
    path("desk/enforcement/letter/<int:party_id>/", enforcement.letter, name="party_letter"),
    path("desk/case/<str:reference>/key/", enforcement.key, name="staff_key"),
    path("desk/case/<str:reference>/seen/", mentions.seen, name="seen"),
    path("desk/case/<str:reference>/parts/", parts.staff_parts, name="staff_parts"),
    path("desk/case/<str:reference>/parts/withheld.<str:form>", parts.staff_withheld, name="staff_withheld"),
    path("desk/case/<str:reference>/<str:action>/", staff_acts.act, name="act"),
    path("desk/letters/", letters.page, name="letters"),
    path("desk/letters/<int:letter_id>/", letters.edit, name="letter"),
    path("desk/letters/<slug:city_slug>/new/", letters.new, name="new_letter"),
    path("desk/letters/<slug:city_slug>/letters.json", letters.give_out, name="letters_out"),
    path("desk/letters/<slug:city_slug>/import/", letters.bring_in, name="letters_in"),
    path("desk/absences/", absences.page, name="absences"),
    path("desk/absences/backup/", absences.backup, name="set_backup"),
    path("desk/absences/<int:absence_id>/end/", absences.end, name="end_absence"),
    path("desk/repeated/<slug:city_slug>/", repeated.asked_again, name="repeated"),
    path("desk/enter/<slug:city_slug>/<str:kind>/", enter.enter, name="enter"),
    path("desk/appeals/", appeals.board, name="appeals"),
    path("desk/calendar/", calendar.page, name="calendar"),
    path("desk/calendar/links/", calendar.links, name="calendar_links"),
    path("desk/calendar/<str:token>.ics", calendar.feed, name="calendar_feed"),
    path("desk/reports/", reports.reports, name="reports"),
    path("desk/reports/<str:name>", reports.reports_file, name="reports_file"),
    path("desk/styleguide/", staff.styleguide, name="styleguide"),
]

CITY = "desk/setup/<slug:city_slug>/"
SETUP: list[URLPattern] = [
    path("desk/setup/", city_setup.setup, name="setup"),
    path(CITY, city_setup.overview, name="setup_city"),
    path(f"{CITY}not-specified/", city_setup.not_specified, name="setup_open"),
    path(f"{CITY}confirm/<slug:table>/<slug:key>/", setup_rules.confirm, name="setup_confirm"),
    path(f"{CITY}targets/", setup_rules.targets_page, name="setup_targets"),
    path(f"{CITY}targets/<str:name>/", setup_rules.target, name="setup_target"),
    path(f"{CITY}closed-days/", setup_days.days, name="setup_days"),
    path(f"{CITY}closed-days/add/", setup_days.add_day, name="setup_add_day"),
    path(f"{CITY}closed-days/year/", setup_days.enter_year, name="setup_year"),
    path(f"{CITY}closed-days/<str:on>/withdraw/", setup_days.withdraw_day, name="setup_withdraw_day"),
    path(f"{CITY}offices/", setup_people.offices, name="setup_offices"),
    path(f"{CITY}offices/new/", setup_people.new_office, name="setup_new_office"),
    path(f"{CITY}offices/<int:pk>/", setup_people.office, name="setup_office"),
    path(f"{CITY}members/", setup_people.members, name="setup_members"),
    path(f"{CITY}members/new/", setup_people.new_member, name="setup_new_member"),
    path(f"{CITY}members/<int:pk>/", setup_people.member, name="setup_member"),
    path(f"{CITY}simulation/", setup_simulation.simulate, name="setup_simulation"),
    path(f"{CITY}history/", city_setup.history, name="setup_history"),
]

API: list[URLPattern] = [
    path("api/v1/", pages.home, name="api"),
    path("api/v1/openapi.json", pages.openapi, name="api_openapi"),
    *dispatch.urls(),
]

urlpatterns = [*API, *PUBLIC, *STAFF, *SETUP]
