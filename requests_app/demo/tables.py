"""The invented tables of the demo: small files for some datasets of each city, loaded like real ones."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from portals.models import City, Dataset
from portals.soda.files.file_columns import Wishes
from portals.soda.store.loading import load

DATA = Path(__file__).parent.parent / "demo_data" / "tables"


def load_tables(cities: Iterable[City], *, now: datetime) -> int:
    """Load the file of each dataset that has none yet; how many were loaded. `now` is UTC.

    Each is a step by itself: a fill that was interrupted goes on where it stood.
    """
    loaded = 0
    for city in cities:
        files = {path.stem: path for path in sorted((DATA / city.slug).glob("*"))}
        bare = Dataset.objects.filter(city=city, identifier__in=files, table=None).select_related("city")
        for dataset in bare.order_by("pk"):
            wishes = Wishes(note=_("These rows are invented for the demo; they are not the city's data."))
            load(dataset, files[dataset.identifier], now=now, wishes=wishes)
            loaded += 1
    return loaded
