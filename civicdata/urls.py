"""Which address goes to which app. Cases come first: a page that shows a city and its cases is theirs."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from civicdata.health import healthz

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler400, handler403, handler404, handler500 = (
    f"civicdata.error_pages.{name}"
    for name in ("bad_request", "permission_denied", "not_found", "server_error")
)

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("requests_app.urls")),
    path("", include("portals.urls")),
]
