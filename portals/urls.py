"""Addresses of portals."""

from django.urls import URLPattern, path

from portals.views import calculator, catalog, front_desk, rules, statements

app_name = "portals"
urlpatterns: list[URLPattern] = [
    path("", front_desk.home, name="home"),
    path("accessibility/", statements.accessibility, name="accessibility"),
    path("privacy/", statements.privacy, name="privacy"),
    # A city
    path("<slug:city>/", front_desk.front_desk, name="front_desk"),
    path("<slug:city>/theme.css", front_desk.theme, name="city_css"),
    path("<slug:city>/rules/", rules.rules, name="rules"),
    path("<slug:city>/calculator/", calculator.calculator, name="calculator"),
    # Catalogue
    path("<slug:city>/datasets/", catalog.datasets, name="datasets"),
]
