"""Recognises files that are not data by their first bytes, for helpful messages."""

# The first bytes of files without rows of text, and the messages about them.
OTHERS = {
    b"\xff\xfe": "is UTF-16, not UTF-8",
    b"\xfe\xff": "is UTF-16, not UTF-8",
    b"\x1f\x8b": "is compressed (gzip): decompress it first",
    b"BZh": "is compressed (bzip2): decompress it first",
    b"\xfd7zXZ\x00": "is compressed (xz): decompress it first",
    b"\x28\xb5\x2f\xfd": "is compressed (zstd): decompress it first",
    b"7z\xbc\xaf\x27\x1c": "is compressed (7z): decompress it first",
    b"Rar!\x1a\x07": "is compressed (rar): decompress it first",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "is an old Excel file (XLS): save it as CSV first",
    b"PAR1": "is Parquet, not CSV: save it as CSV first",
    b"SQLite format 3\x00": "is an SQLite database, not CSV",
    b"%PDF-": "is a PDF, not CSV",
    b"RDX": "is R's own format (RData): save it as CSV first",
    b"version https://git-lfs.github.com/spec/": "is a Git LFS pointer, not the file itself: run git lfs pull",
    b"/annex/objects/": "is a git-annex pointer, not the file itself: fetch it with git annex get",
}
ZIP = b"PK\x03\x04"
# Possible names of the first member of a spreadsheet.
SHEETS = (b"[Content_Types].xml", b"_rels/.rels", b"docProps/", b"xl/")
BOM = b"\xef\xbb\xbf"
BLANKS = b" \t\r\n"


def why_no_rows(start: bytes) -> str | None:
    """What a file with these first bytes is, if it is neither CSV nor JSON."""
    text = start.removeprefix(BOM).lstrip(BLANKS)
    if not text:
        return "is empty"
    for begins, told in OTHERS.items():
        if start.startswith(begins):
            return told
    if start.startswith(ZIP):
        sheet = start[30:].startswith(SHEETS)
        return "is a spreadsheet (XLSX): save it as CSV first" if sheet else "is compressed (zip): decompress it first"
    if b"\x00" in start[:16]:
        return "is binary, not text"
    opening = text[:500].lower()
    if opening.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or b"<html" in opening[:500]:
        return "is an HTML page: the download failed, or a page was saved in place of the file"
    return "is XML, not CSV" if opening.startswith(b"<?xml") else None


def is_json(start: bytes) -> bool:
    """Whether a file of rows is JSON."""
    return start.removeprefix(BOM).lstrip(BLANKS)[:1] in {b"[", b"{"}
