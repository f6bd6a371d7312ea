"""Names of file formats and of licences: the short words that people filter by."""

import re
from typing import Any
from urllib.parse import urlsplit

from portals.catalog.cleaning import line_from

_BY_MEDIA_TYPE = {
    "text/csv": "CSV",
    "application/csv": "CSV",
    "text/tab-separated-values": "TSV",
    "application/json": "JSON",
    "application/geo+json": "GeoJSON",
    "application/vnd.geo+json": "GeoJSON",
    "application/xml": "XML",
    "text/xml": "XML",
    "application/rdf+xml": "RDF",
    "application/xml+rdf": "RDF",
    "application/rss+xml": "RSS",
    "application/excel": "XLS",
    "application/vnd.ms-excel": "XLS",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
    "application/pdf": "PDF",
    "application/zip": "ZIP",
    "application/x-zip-compressed": "ZIP",
    "application/vnd.google-earth.kml+xml": "KML",
    "application/vnd.google-earth.kmz": "KMZ",
    "application/vnd.shp": "Shapefile",
    "application/x-shapefile": "Shapefile",
    "application/parquet": "Parquet",
    "application/vnd.apache.parquet": "Parquet",
    "application/geopackage+sqlite3": "GeoPackage",
    "text/html": "Web page",
    "text/plain": "Text",
    "application/octet-stream": "",
}
_BY_NAME = {
    "csv": "CSV",
    "comma separated values": "CSV",
    "tsv": "TSV",
    "json": "JSON",
    "geojson": "GeoJSON",
    "xml": "XML",
    "rdf": "RDF",
    "rss": "RSS",
    "xls": "XLS",
    "excel": "XLS",
    "xlsx": "XLSX",
    "pdf": "PDF",
    "zip": "ZIP",
    "kml": "KML",
    "kmz": "KMZ",
    "shp": "Shapefile",
    "shapefile": "Shapefile",
    "zipped shapefile": "Shapefile",
    "esri shapefile": "Shapefile",
    "parquet": "Parquet",
    "gpkg": "GeoPackage",
    "geopackage": "GeoPackage",
    "html": "Web page",
    "web page": "Web page",
    "txt": "Text",
    "api": "API",
    "arcgis geoservices rest api": "ArcGIS REST",
    "esri rest": "ArcGIS REST",
    "arcgis geoservice": "ArcGIS REST",
    "ogc wms": "WMS",
    "ogc wfs": "WFS",
    "wms": "WMS",
    "wfs": "WFS",
}
_LICENCES = (
    ("publicdomain/zero", "Creative Commons Zero"),
    ("publicdomain/mark", "Public Domain"),
    ("licenses/by-nc-nd/", "Creative Commons Attribution NonCommercial NoDerivatives"),
    ("licenses/by-nc-sa/", "Creative Commons Attribution NonCommercial ShareAlike"),
    ("licenses/by-nc/", "Creative Commons Attribution NonCommercial"),
    ("licenses/by-nd/", "Creative Commons Attribution NoDerivatives"),
    ("licenses/by-sa/", "Creative Commons Attribution ShareAlike"),
    ("licenses/by/", "Creative Commons Attribution"),
    ("opendatacommons.org/licenses/pddl", "Public Domain Dedication and License"),
    ("opendatacommons.org/licenses/odbl", "Open Database License"),
    ("opendatacommons.org/licenses/by", "Open Data Commons Attribution"),
    ("usa.gov/publicdomain", "Public Domain (U.S. Government)"),
    ("usa.gov/government-works", "Public Domain (U.S. Government)"),
)
_VERSION = re.compile(r"/(\d\.\d)(?:/|$)")


def media_type_from(value: Any) -> str:
    """The media type without its parameters; of an IANA address its end; blank where it is neither."""
    text = line_from(value, 400).lower().split(";")[0].strip()
    if "iana.org/assignments/media-types/" in text:
        text = text.split("media-types/")[1]
    return text if re.fullmatch(r"[\w.+-]+/[\w.+-]+", text) and len(text) <= 150 else ""


def format_from(*, name: Any = None, media_type: str = "", url: str = "") -> str:
    """A short word for a format, from its name, else its media type, else the end of its address."""
    written = line_from(name, 50)
    known = _BY_NAME.get(written.casefold().lstrip("."))
    if known is None and "/" in written:
        known = _BY_MEDIA_TYPE.get(media_type_from(written))
    if known:
        return known
    if written and "/" not in written:
        return written
    if found := _BY_MEDIA_TYPE.get(media_type):
        return found
    ending = urlsplit(url).path.rsplit(".", 1)[-1].lower() if url else ""
    return _BY_NAME.get(ending, "")


def licence_name(url: str) -> str:
    """What people call the licence at this address; blank where it is not one of the common ones."""
    folded = url.casefold()
    for part, name in _LICENCES:
        if part in folded:
            version = _VERSION.search(folded)
            return f"{name} {version.group(1)}" if version else name
    return ""
