#!/usr/bin/env bash
# Package: odfpy 1.4.1 (PyPI), on a text document of LibreOffice's format, OpenDocument 1.2.
# A good guess: teletype.extractText of a paragraph is the text that a reader sees there, with footnotes left out or set apart.
# What happens: the mark of a footnote and the whole note are set into the sentence with nothing between them. "21 dead" with
#   footnote 1 to the number is "211" and the note, so that "21 (1: 7 more later) dead" reads "2117 more later dead". A comment of
#   an editor comes in too, with name and time. And a figure that was deleted while changes were recorded is not left out: it is
#   the first paragraph of the document, in the list that getElementsByType gives.
# Why it matters: footnotes stand at figures, as they name the source or the day. A program that looks for the number before
#   "dead" finds one that is in no version of the document, or one that was struck out.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'odfpy==1.4.1'
"$folder/venv/bin/python" - "$folder" <<'PY'
import sys
from importlib.metadata import version

from odf import dc, office, teletype, text
from odf.namespaces import TEXTNS
from odf.opendocument import OpenDocumentText, load

print("odfpy", version("odfpy"))


def paragraph(*parts):
    """A paragraph of texts and elements, in this order."""
    made = text.P()
    for part in parts:
        made.addText(part) if isinstance(part, str) else made.addElement(part)
    return made


def change():
    """Who made a change, and when."""
    info = office.ChangeInfo()
    info.addElement(dc.Creator(text="Editor"))
    info.addElement(dc.Date(text="2022-07-04T10:00:00"))
    return info


document = OpenDocumentText()
deletion = text.Deletion()
deletion.addElement(change())
deletion.addElement(paragraph("12"))
region = text.ChangedRegion(check_grammar=False)
region.setAttrNS(TEXTNS, "id", "deleted")
region.addElement(deletion)
changes = text.TrackedChanges()
changes.addElement(region)
document.text.addElement(changes)
note, body = text.Note(noteclass="footnote", id="first"), text.NoteBody()
note.addElement(text.NoteCitation(text="1"))
body.addElement(paragraph("7 more later"))
note.addElement(body)
comment = office.Annotation()
comment.addElement(dc.Creator(text="Editor"))
comment.addElement(paragraph("check"))
document.text.addElement(paragraph("Killed: ", text.Change(changeid="deleted"), "21", note, " dead", comment, "."))
document.save(f"{sys.argv[1]}/report.odt")
paragraphs = load(f"{sys.argv[1]}/report.odt").getElementsByType(text.P)
seen = [teletype.extractText(each) for each in paragraphs]
print("A reader of the document sees: Killed: 21[1] dead.")
print("odfpy reads:", seen)
raise SystemExit(seen[:2] != ["12", "Killed: 2117 more later deadEditorcheck."])
PY
