"""Addresses of portals."""

from django.urls import URLPattern

app_name = "portals"
urlpatterns: list[URLPattern] = []
