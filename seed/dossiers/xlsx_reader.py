"""Opens XLSX with openpyxl, and reads the texts of cells as they are written in the file."""

from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

TEXT = f"{{{SHEET_MAIN_NS}}}si"


class Reader(ExcelReader):
    """Keeps `_x005F_`, by which XLSX says that an underscore is one; openpyxl drops it from shared texts."""

    def read_strings(self) -> None:
        """Read the texts that cells refer to by number."""
        part = self.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
        if part is None:
            return
        self.shared_strings = []
        with self.archive.open(part.PartName[1:]) as stream:
            for _, node in iterparse(stream):
                if node.tag == TEXT:
                    text = Text.from_tree(node)
                    self.shared_strings.append(text.content if text is not None else "")
                    node.clear()


def opened(path: Path, *, computed: bool) -> Workbook:
    """A workbook with its formulas, or with the values that were last computed from them."""
    reader = Reader(path, data_only=computed)
    reader.read()
    return reader.wb
