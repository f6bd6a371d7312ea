"""What is answered when no view could: a page for people, JSON under the addresses that programs read.

The views of those addresses tell their own errors; this is for what fails before them, such as an address
with a NUL in it.
"""

import re
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults

from portals.api.problems import HOME, Problem, problem_response

FOR_PROGRAMS = re.compile(r"/(?:[\w-]+/)?(?:resource/|api/(?:views|catalog)|data\.json$)")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400"""
    if _is_for_api(request):
        return problem_response(Problem("malformed"))
    if _is_for_programs(request):
        return _told(HTTPStatus.BAD_REQUEST, _("This call cannot be understood."))
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403"""
    if _is_for_programs(request):
        return _told(HTTPStatus.FORBIDDEN, _("This is not for you."))
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404"""
    if _is_for_api(request):
        return problem_response(Problem("not-found"))
    if _is_for_programs(request):
        return _told(HTTPStatus.NOT_FOUND, _("Nothing is found at this address."))
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500"""
    if _is_for_api(request):
        told = _("Something went wrong here. Whether anything was saved is not known: look, then try again.")
        return problem_response(Problem("server-error", told))
    if _is_for_programs(request):
        return _told(HTTPStatus.INTERNAL_SERVER_ERROR, _("Something went wrong here."))
    return defaults.server_error(request)


def _is_for_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(HOME)


def _is_for_programs(request: HttpRequest) -> bool:
    return bool(FOR_PROGRAMS.match(request.path_info))


def _told(status: HTTPStatus, message: str) -> HttpResponse:
    response = JsonResponse({"error": True, "message": message}, status=status)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
