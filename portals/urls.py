"""Addresses of portals."""

from django.urls import URLPattern, URLResolver, include, path

from portals.views import calculator, catalog, developers, front_desk, rules, statements

app_name = "portals"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("portals.soda.urls")),
    path("", front_desk.home, name="home"),
    path("accessibility/", statements.accessibility, name="accessibility"),
    path("privacy/", statements.privacy, name="privacy"),
    path("developers/", developers.api_docs, name="api_docs"),
    # A city
    path("<slug:city>/", front_desk.front_desk, name="front_desk"),
    path("<slug:city>/theme.css", front_desk.theme, name="city_css"),
    path("<slug:city>/rules/", rules.rules, name="rules"),
    path("<slug:city>/calculator/", calculator.calculator, name="calculator"),
    # Catalogue
    path("<slug:city>/datasets/", catalog.datasets, name="datasets"),
]
