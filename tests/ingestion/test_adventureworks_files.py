"""Reading the AdventureWorks files: every fault says file, line, field, value and rule; good rows do not suffer."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from ingestion.sources.adventureworks import UnreadableFile
from ingestion.sources.adventureworks.files import read_files
from tests.ingestion.adventureworks_export import TABLES, with_line, write_export


def test_a_good_export_has_no_bad_rows(tmp_path: Path) -> None:
    files = read_files(write_export(tmp_path))
    assert files.bad_rows == []
    assert (len(files.products), len(files.sales), len(files.purchases), len(files.work_orders)) == (4, 2, 1, 2)
    assert files.opening_day.isoformat() == "2011-04-15"


def test_plain_csv_is_read_as_well_as_gzipped(tmp_path: Path) -> None:
    write_export(tmp_path)
    packed = tmp_path / "Sales.Store.csv.gz"
    (tmp_path / "Sales.Store.csv").write_bytes(b"\xef\xbb\xbf" + gzip.decompress(packed.read_bytes()))
    packed.unlink()
    assert read_files(tmp_path).customers[29825].name == "Next-Door Bike Store"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    write_export(tmp_path)
    (tmp_path / "Production.WorkOrder.csv.gz").unlink()
    with pytest.raises(
        UnreadableFile, match=r"Production\.WorkOrder\.csv\.gz line 1: the file cannot be read"
    ) as raised:
        read_files(tmp_path)
    assert raised.value.file == "Production.WorkOrder.csv.gz"


@pytest.mark.parametrize("kept", [0.0, 0.5, 0.9])
def test_a_file_cut_off_is_refused_whole(tmp_path: Path, kept: float) -> None:
    path = write_export(tmp_path) / "Sales.SalesOrderDetail.csv.gz"
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(UnreadableFile, match=r"Sales\.SalesOrderDetail\.csv\.gz line \d+: "):
        read_files(tmp_path)


def test_a_damaged_file_is_refused_whole(tmp_path: Path) -> None:
    path = write_export(tmp_path) / "Sales.SalesOrderDetail.csv.gz"
    content = bytearray(path.read_bytes())
    content[-6] ^= 0xFF  # the checksum
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match="cut off or damaged"):
        read_files(tmp_path)


def test_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    path = write_export(tmp_path) / "Person.Person.csv.gz"
    path.write_bytes(gzip.compress("\n".join(TABLES["Person.Person"]).encode("latin-1")))
    with pytest.raises(UnreadableFile) as raised:
        read_files(tmp_path)
    assert (raised.value.line, raised.value.value) == (2, r"b'\xe9'")


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    lines = [line.replace("UnitPriceDiscount", "Discount") for line in TABLES["Sales.SalesOrderDetail"]]
    with pytest.raises(UnreadableFile) as raised:
        read_files(write_export(tmp_path, Sales__SalesOrderDetail=lines))
    assert (raised.value.line, raised.value.field) == (1, "UnitPriceDiscount")


FAULTS = [
    # table, line, text, field, rule
    ("Production.Product", 4, "3,Bearing,BE-1,maybe,100,0.0000,0,", "MakeFlag", "must be true or false"),
    ("Production.Product", 4, "2,Bearing,BE-1,false,100,0.0000,0,", "ProductID", "stands there twice"),
    ("Production.Product", 4, "3,Bearing,BE-1,false,100,0.0000", "", "the row has 6 fields, the header 8"),
    ("Production.Product", 5, "4,Helmet,HL-1,false,5,12.5000,0,9", "ProductSubcategoryID", "no such row"),
    ("Production.ProductCostHistory", 2, "1,31/05/2011,280", "StartDate", "must be a date"),
    ("Production.ProductCostHistory", 2, "1,2011-05-31,-280", "StandardCost", "may not be below zero"),
    ("Production.ProductCostHistory", 2, "1,2011-05-31,NaN", "StandardCost", "must be a number"),
    ("Production.ProductCostHistory", 2, "1,2011-05-31,0.1234567", "StandardCost", "6 decimals"),
    ("Production.BillOfMaterials", 5, "4,1,3,2011-07-01,2011-06-01,EA,10", "EndDate", "before the StartDate"),
    ("Production.BillOfMaterials", 5, "4,1,99,2011-07-01,,EA,10", "ComponentID", "no such row"),
    ("Production.WorkOrder", 2, "1,1,5,4,0,2011-06-03,2011-06-13,2011-06-14", "OrderQty", "StockedQty + ScrappedQty"),
    ("Production.WorkOrder", 3, "2,1,5,5,0,2011-07-05,2011-07-04,2011-07-09", "EndDate", "before the StartDate"),
    ("Production.WorkOrderRouting", 2, "1,1,7,60,,,4.0,50", "ActualCost", "ActualResourceHrs × CostRate"),
    ("Purchasing.PurchaseOrderHeader", 2, "1,9,1500,2011-04-16,2011-04-25,525,42,13", "Status", "must be 1"),
    ("Purchasing.PurchaseOrderHeader", 2, "1,4,1500,2011-04-16,2011-04-25,526,42,13", "SubTotal", "is not the sum"),
    ("Purchasing.PurchaseOrderDetail", 2, "1,2011-04-30,5,2,105,525,4,1,4", "StockedQty", "− RejectedQty"),
    ("Sales.SalesOrderDetail", 2, "43659,1,2,1,1000,0.02,1961", "LineTotal", "must be OrderQty"),
    ("Sales.SalesOrderDetail", 2, "43659,1,0,1,1000,0.02,0", "OrderQty", "must be above zero"),
    ("Sales.SalesOrderDetail", 4, "50000,3,1,1,1000,0,1000", "SalesOrderID", "no such row"),
    ("Sales.SalesOrderHeader", 3, "43660,2011-06-20,2011-07-02,,5,SO43660,777,,20,2,1", "CustomerID", "no such row"),
    ("Sales.SalesOrderHeader", 3, "43660,2011-06-20,2011-07-02,,5,SO43660,11000,,20,2,1", "ShipDate", "is shipped"),
    ("Sales.SalesOrderHeader", 3, "43660,2011-06-20,2011-07-02,,9,SO43660,11000,,20,2,1", "Status", "must be 1 to 6"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "line", "text", "field", "rule"), FAULTS)
def test_a_bad_row_is_reported_with_its_place(
    tmp_path: Path, table: str, line: int, text: str, field: str, rule: str
) -> None:
    files = read_files(write_export(tmp_path, **with_line(table, line, text)))
    found = [bad for bad in files.bad_rows if (bad.file, bad.line) == (f"{table}.csv.gz", line)]
    assert [bad.field for bad in found][:1] == [field]
    assert rule in found[0].rule
    if field:
        header = TABLES[table][0].split(",")
        assert found[0].value == text.split(",")[header.index(field)]


def test_a_document_with_a_bad_line_is_left_out_whole_and_alone(tmp_path: Path) -> None:
    files = read_files(write_export(tmp_path, **with_line("Sales.SalesOrderDetail", 2, "43659,1,x,1,1000,0.02,1960")))
    assert list(files.sales) == [43660]
    assert [(bad.file, bad.line, bad.field) for bad in files.bad_rows] == [
        ("Sales.SalesOrderDetail.csv.gz", 2, "OrderQty"),
        ("Sales.SalesOrderHeader.csv.gz", 2, "SalesOrderID"),
    ]


def test_a_lost_line_is_noticed_by_the_total_of_its_order(tmp_path: Path) -> None:
    files = read_files(write_export(tmp_path, Sales__SalesOrderDetail=TABLES["Sales.SalesOrderDetail"][:2]))
    assert list(files.sales) == [43659]
    assert files.bad_rows[0].rule == "has no row in Sales.SalesOrderDetail"


def test_nothing_is_made_by_a_bom_that_is_only_half_there(tmp_path: Path) -> None:
    files = read_files(write_export(tmp_path, **with_line("Production.BillOfMaterials", 5, "4,1,99,2011-07-01,,EA,10")))
    assert files.work_orders == {}
    assert files.boms.versions == {}
