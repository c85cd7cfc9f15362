"""Tables that are downloaded: as CSV like the cost sheet's, or as an Excel file whose numbers are numbers."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from pooling.accounts.tables import as_csv

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_xlsx(rows: Iterable[list[Any]]) -> bytes:
    """One sheet. No cell is a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("CHF")
    for row in rows:
        cells = [WriteOnlyCell(sheet, value) for value in row]
        for cell in cells:
            cell.data_type = "s" if cell.data_type == "f" else cell.data_type
        sheet.append(cells)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def download(rows: Iterable[list[Any]], *, name: str, kind: str) -> HttpResponse:
    """`rows` as a file that is saved; `kind` is csv or xlsx."""
    if kind == "xlsx":
        response = HttpResponse(as_xlsx(rows), content_type=XLSX)
    else:
        response = HttpResponse(as_csv(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response
