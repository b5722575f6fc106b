"""AdventureWorks, Microsoft's sample of a bicycle maker: its tables as CSV files become commands of one company.

Which column means what was decided with the data (`../shared/data/README.md`); the choices that were left to the
importer are named in ingestion/README.md.
"""

from ingestion.sources.adventureworks.importing import ImportReport, RefusedRow, import_adventureworks
from ingestion.sources.adventureworks.table_file import BadRow, UnreadableFile

__all__ = ["BadRow", "ImportReport", "RefusedRow", "UnreadableFile", "import_adventureworks"]
