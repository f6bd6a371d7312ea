"""Addresses of the read API. They stand before those of the cities, whose names could look like them."""

from django.urls import URLPattern, path

from portals.soda.views import catalogue, resource

VIEWS = "api/views/<str:identifier>"
CITY = "<slug:city>/"
STARTS = ("resource", "api/views", "api/catalog")

urlpatterns: list[URLPattern] = [
    path("data.json", catalogue.data_json, name="data_json"),
    path(f"{CITY}data.json", catalogue.data_json, name="city_data_json"),
    path("api/catalog/v1", catalogue.catalog, name="catalog_v1"),
    path("api/views.json", catalogue.views, name="soda_views"),
    path("api/views/metadata/v1/<str:identifier>", catalogue.simple_view, name="soda_metadata"),
    path(f"{VIEWS}/rows.<str:ending>", resource.download, name="soda_rows"),
    path(f"{CITY}{VIEWS}/rows.<str:ending>", resource.download, name="city_soda_rows"),
    path(f"{VIEWS}.json", catalogue.view, name="soda_view"),
    path(VIEWS, catalogue.view, name="soda_view_plain"),
    path(f"{CITY}{VIEWS}.json", catalogue.view, name="city_soda_view"),
    path("resource/<str:identifier>", resource.resource, name="soda_resource"),
    path(f"{CITY}resource/<str:identifier>", resource.resource, name="city_soda_resource"),
    path("resource/<str:identifier>/<str:row>", resource.row, name="soda_row"),
    path(f"{CITY}resource/<str:identifier>/<str:row>", resource.row, name="city_soda_row"),
    path("d/<str:identifier>", catalogue.short_link, name="short_link"),
    *(path(f"{start}/", catalogue.nothing_here, name="nothing_at") for start in STARTS),
    *(path(f"{start}/<path:rest>", catalogue.nothing_here, name="nothing_here") for start in STARTS),
]
