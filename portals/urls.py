"""Addresses of portals."""

from django.urls import URLPattern, path

from portals.views import catalog

app_name = "portals"
urlpatterns: list[URLPattern] = [
    # Catalogue
    path("<slug:slug>/datasets/", catalog.datasets, name="datasets"),
]
