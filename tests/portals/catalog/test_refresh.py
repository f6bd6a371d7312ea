from datetime import timedelta
from typing import Any

import pytest

from portals.catalog import refresh
from portals.models import City
from tests.portals.catalog.conftest import NOW, dcat
from tests.portals.catalog.test_reading import serve, server

__all__ = ["server"]


@pytest.fixture
def listed(city: City, server: str, settings: Any) -> City:
    settings.CATALOG_REFRESH = True
    City.objects.filter(pk=city.pk).update(catalog_url=f"{server}/data.json")
    city.refresh_from_db()
    serve("/data.json", dcat({"identifier": "a"}, {"identifier": "b", "title": ""}))
    return city


def test_a_catalogue_is_read_once_a_day(listed: City) -> None:
    (run,) = refresh.refresh_catalogs(NOW)
    assert (run.ok, run.created, run.skipped) == (True, 1, 1)
    assert "entry 1 b: no title" in run.message
    assert refresh.refresh_catalogs(NOW + timedelta(hours=23)) == []
    (again,) = refresh.refresh_catalogs(NOW + timedelta(hours=24))
    assert (again.created, again.unchanged) == (0, 1)


def test_a_failure_keeps_what_the_city_had_and_is_written_down(listed: City) -> None:
    refresh.refresh_catalogs(NOW)
    serve("/data.json", b'{"dataset": [{"tit')
    (run,) = refresh.refresh_catalogs(NOW + timedelta(days=1))
    assert (run.ok, listed.datasets.filter(missing_since=None).count()) == (False, 1)
    assert "broken JSON" in listed.catalog_runs.first().message  # type: ignore[union-attr]


def test_nothing_is_read_where_refreshing_is_off(listed: City, settings: Any) -> None:
    settings.CATALOG_REFRESH = False
    assert refresh.refresh_catalogs(NOW) == []
    assert not listed.catalog_runs.exists()


def test_a_run_that_dies_leaves_a_row_and_is_not_tried_again_at_once(
    listed: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*args: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(refresh, "read_catalog", die)
        refresh.refresh_catalogs(NOW)
    run = listed.catalog_runs.get()
    assert (run.ok, run.message) == (False, refresh.NOT_FINISHED)
    assert refresh.refresh_catalogs(NOW + timedelta(hours=1)) == []
