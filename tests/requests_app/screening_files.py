"""Files that carry more than they show, made as people make them."""

import io
import zipfile
from collections.abc import Callable, Mapping

import docx
import openpyxl
import pikepdf
from openpyxl.comments import Comment
from PIL import ExifTags, Image

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "zip": "application/zip",
}


def workbook(change: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    """A clean workbook: one sheet, and no person named."""
    book = openpyxl.Workbook()
    book.active["A1"] = "Oaks"
    book.properties.creator = ""
    book.properties.lastModifiedBy = ""
    if change:
        change(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def hidden_everything(book: openpyxl.Workbook) -> None:
    book.create_sheet("Names").sheet_state = "hidden"
    book.create_sheet("Salaries").sheet_state = "veryHidden"
    sheet = book.active
    sheet.row_dimensions[2].hidden = sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    sheet["A1"].comment = Comment("Ask legal", "Ann Lee")
    book.properties.creator, book.properties.lastModifiedBy = "Ann Lee", "Bob Ray"
    book.properties.title = "Draft for the mayor"


def document(words: str = "Oaks") -> bytes:
    """A clean document of Word."""
    made = docx.Document()
    made.add_paragraph(words)
    for name in ("author", "last_modified_by", "title", "subject", "comments", "keywords", "category"):
        setattr(made.core_properties, name, "")
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def with_parts(content: bytes, parts: Mapping[str, str | Callable[[str], str]]) -> bytes:
    """An archive with parts put in, or changed."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            change = parts.get(name)
            text = old.read(name)
            new.writestr(name, change(text.decode()) if callable(change) else text)
        for name, text in parts.items():
            if isinstance(text, str):
                new.writestr(name, text)
    return target.getvalue()


CHANGED = (
    '<w:p><w:ins w:id="1" w:author="Ann Lee"><w:r><w:t>in</w:t></w:r></w:ins>'
    '<w:del w:id="2" w:author="Bob Ray"><w:r><w:delText>out</w:delText></w:r></w:del>'
    "<w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r></w:p>"
)


def tracked_document() -> bytes:
    return with_parts(
        document(), {"word/document.xml": lambda xml: xml.replace("<w:p>", f"{CHANGED}<w:p>", 1)}
    )


def open_document(kind: str, content: str, meta: str = "") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", TYPES[kind])
        spaces = " ".join(
            f'xmlns:{name}="urn:{name}"' for name in ("office", "text", "table", "style", "dc", "meta")
        )
        archive.writestr("content.xml", f"<office:body {spaces}>{content}</office:body>")
        archive.writestr("meta.xml", f"<office:meta {spaces}>{meta}</office:meta>")
    return target.getvalue()


def pdf(change: Callable[[pikepdf.Pdf], None] | None = None, stream: bytes = b"", **save: object) -> bytes:
    """A PDF of one page with a word on it."""
    made = pikepdf.new()
    page = made.add_blank_page(page_size=(300, 300))
    page.Contents = made.make_stream(b"BT /F1 12 Tf 20 200 Td (Oaks) Tj ET " + stream)
    if change:
        change(made)
    target = io.BytesIO()
    made.save(target, **save)
    return target.getvalue()


def note(made: pikepdf.Pdf, kind: str, **more: object) -> None:
    page = made.pages[0]
    found = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name(kind), Rect=[0, 0, 9, 9], **more)
    page.Annots = pikepdf.Array([*page.get("/Annots", []), made.make_indirect(found)])


def layer(made: pikepdf.Pdf) -> None:
    group = made.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="Names"))
    made.Root.OCProperties = pikepdf.Dictionary(
        OCGs=pikepdf.Array([group]), D=pikepdf.Dictionary(OFF=pikepdf.Array([group]))
    )


def attach(made: pikepdf.Pdf) -> None:
    made.attachments["names.csv"] = b"Ann Lee"


def author(made: pikepdf.Pdf) -> None:
    made.docinfo["/Author"] = "Ann Lee"
    made.docinfo["/Title"] = "Draft"


def photo(**tags: object) -> bytes:
    image, exif = Image.new("RGB", (9, 9)), Image.Exif()
    if tags.get("gps"):
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(
            {1: "N", 2: (47.0, 22.0, 51.0), 3: "W", 4: (122.0, 14.0, 5.0)}
        )
    for name, value in tags.items():
        if name != "gps":
            exif[getattr(ExifTags.Base, name)] = value
    target = io.BytesIO()
    image.save(target, "jpeg", exif=exif)
    return target.getvalue()


def bomb() -> bytes:
    """A workbook whose sheet grows to 300 MB when it is unpacked."""
    return with_parts(workbook(), {"xl/worksheets/sheet9.xml": "<a>" + " " * 300_000_000 + "</a>"})
