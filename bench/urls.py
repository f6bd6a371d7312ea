"""The bare views, then the product."""

from django.urls import path

from bench import bare
from civicdata.urls import urlpatterns as product

urlpatterns = [
    path("bare/public/", bare.public),
    path("bare/staff/", bare.staff),
    path("bare/form/", bare.form),
    path("bare/rows/", bare.rows),
    *product,
]
