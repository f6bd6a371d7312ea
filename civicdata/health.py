"""Whether the service works: the database answers, the clock ticks, letters flow."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse


def healthz(request: HttpRequest) -> JsonResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "failing", "failing": ["database"]}, status=503)
    return JsonResponse({"status": "ok", "failing": []})
