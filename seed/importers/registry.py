"""Every format that can be imported, by name."""

from seed.importers import control, csv_files, firms, gdelt, losses, ucdp
from seed.importers.formats import Format

FORMATS = {
    one.name: one
    for one in (
        Format("ucdp", csv_files.rows, ucdp.records, ucdp.told, whole_months=True),
        Format("gdelt", gdelt.rows, gdelt.records, told_of=gdelt.told_of),
        Format("firms", csv_files.rows, firms.records, firms.told),
        Format("control", csv_files.rows, control.records),
        Format("losses", losses.rows, losses.records),
    )
}
