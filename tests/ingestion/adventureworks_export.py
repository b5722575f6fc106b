"""A tiny export in the form of AdventureWorks: one bike made of two bought parts, a helmet that is only sold."""

import gzip
from pathlib import Path

TABLES: dict[str, list[str]] = {
    "Production.ProductCategory": ["ProductCategoryID,Name", "1,Bikes", "2,Accessories"],
    "Production.ProductSubcategory": ["ProductSubcategoryID,ProductCategoryID,Name", "1,1,Road Bikes", "2,2,Helmets"],
    "Production.Product": [
        "ProductID,Name,ProductNumber,MakeFlag,SafetyStockLevel,StandardCost,DaysToManufacture,ProductSubcategoryID",
        "1,Road Bike,BK-1,true,10,300.0000,4,1",
        "2,Frame,FR-1,false,20,0.0000,0,",
        "3,Bearing,BE-1,false,100,0.0000,0,",
        "4,Helmet,HL-1,false,5,12.5000,0,2",
    ],
    "Production.ProductCostHistory": [
        "ProductID,StartDate,StandardCost",
        "1,2011-05-31 00:00:00,280.0000",
        "1,2012-05-30 00:00:00,300.0000",
    ],
    "Production.BillOfMaterials": [
        "BillOfMaterialsID,ProductAssemblyID,ComponentID,StartDate,EndDate,UnitMeasureCode,PerAssemblyQty",
        "1,,1,2010-03-04 00:00:00,,EA ,1.00",
        "2,1,2,2010-03-04 00:00:00,,EA ,1.00",
        "3,1,3,2010-03-04 00:00:00,2011-06-30 00:00:00,EA ,8.00",
        "4,1,3,2011-07-01 00:00:00,,EA ,10.00",
    ],
    "Production.Location": [
        "LocationID,Name,CostRate,Availability",
        "1,Tool Crib,0.0000,0.00",
        "60,Assembly,12.2500,96",
    ],
    "Production.WorkOrder": [
        "WorkOrderID,ProductID,OrderQty,StockedQty,ScrappedQty,StartDate,EndDate,DueDate",
        "1,1,5,4,1,2011-06-03 00:00:00,2011-06-13 00:00:00,2011-06-14 00:00:00",
        "2,1,5,5,0,2011-07-05 00:00:00,2011-07-05 00:00:00,2011-07-09 00:00:00",
    ],
    "Production.WorkOrderRouting": [
        "WorkOrderID,ProductID,OperationSequence,LocationID,ActualStartDate,ActualEndDate,ActualResourceHrs,ActualCost",
        "1,1,7,60,2011-06-03 00:00:00,2011-06-20 00:00:00,4.0000,49.0000",
    ],
    "Purchasing.Vendor": [
        "BusinessEntityID,AccountNumber,Name,PreferredVendorStatus,ActiveFlag",
        "1500,METAL0001,Metal Works,true,true",
    ],
    "Purchasing.ProductVendor": [
        "ProductID,BusinessEntityID,AverageLeadTime,StandardPrice,LastReceiptCost,LastReceiptDate,MinOrderQty",
        "2,1500,17,100.0000,105.0000,2011-08-29 00:00:00,1",
        "3,1500,19,1.0000,1.0500,2011-08-29 00:00:00,50",
    ],
    "Purchasing.PurchaseOrderHeader": [
        "PurchaseOrderID,Status,VendorID,OrderDate,ShipDate,SubTotal,TaxAmt,Freight",
        "1,4,1500,2011-04-16 00:00:00,2011-04-25 00:00:00,525.0000,42.0000,13.1250",
    ],
    "Purchasing.PurchaseOrderDetail": [
        "PurchaseOrderID,DueDate,OrderQty,ProductID,UnitPrice,LineTotal,ReceivedQty,RejectedQty,StockedQty",
        "1,2011-04-30 00:00:00,5,2,105.0000,525.0000,4.00,1.00,3.00",
    ],
    "Sales.Customer": ["CustomerID,PersonID,StoreID,AccountNumber", "29825,291,292,AW00029825", "11000,20,,AW00011000"],
    "Sales.Store": ["BusinessEntityID,Name", "292,Next-Door Bike Store"],
    "Person.Person": [
        "BusinessEntityID,FirstName,MiddleName,LastName",
        "20,José,,Ruiz",
        "279,Tsvi,Michael,Reiter",
        "291,Ann,,Lee",
    ],
    "Person.BusinessEntityAddress": ["BusinessEntityID,AddressID", "292,1", "20,1"],
    "Person.Address": ["AddressID,StateProvinceID", "1,79"],
    "Person.StateProvince": ["StateProvinceID,CountryRegionCode", "79,US"],
    "HumanResources.Department": ["DepartmentID,Name", "3,Sales"],
    "HumanResources.Employee": [
        "BusinessEntityID,LoginID,JobTitle,HireDate",
        "279,adventure-works\\tsvi0,Sales Representative,2011-05-31 00:00:00",
    ],
    "HumanResources.EmployeeDepartmentHistory": [
        "BusinessEntityID,DepartmentID,StartDate,EndDate",
        "279,3,2011-05-31,",
    ],
    "HumanResources.EmployeePayHistory": ["BusinessEntityID,RateChangeDate,Rate", "279,2011-05-31 00:00:00,23.0769"],
    "Sales.SalesPerson": ["BusinessEntityID", "279"],
    "Sales.SalesOrderHeader": [
        "SalesOrderID,OrderDate,DueDate,ShipDate,Status,SalesOrderNumber,CustomerID,SalesPersonID,SubTotal,TaxAmt,Freight",
        "43659,2011-05-31 00:00:00,2011-06-12,2011-06-07 00:00:00,5,SO43659,29825,279,1960.0000,156.8000,49.0000",
        "43660,2011-06-20 00:00:00,2011-07-02 00:00:00,2011-06-27 00:00:00,5,SO43660,11000,,20.1925,1.6154,0.5048",
    ],
    "Sales.SalesOrderDetail": [
        "SalesOrderID,SalesOrderDetailID,OrderQty,ProductID,UnitPrice,UnitPriceDiscount,LineTotal",
        "43659,1,2,1,1000.0000,0.0200,1960.000000",
        "43660,2,1,4,20.1925,0.0000,20.192500",
    ],
}


def write_export(folder: Path, **changed: list[str]) -> Path:
    """Write the export; `changed` replaces the lines of tables, dots in their names written as two underscores."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in (TABLES | {name.replace("__", "."): lines for name, lines in changed.items()}).items():
        with gzip.open(folder / f"{name}.csv.gz", "wt", encoding="utf-8", newline="") as file:
            file.write("\n".join(lines) + "\n")
    return folder


def with_line(table: str, number: int, line: str) -> dict[str, list[str]]:
    """For `write_export`: the table with another text on that line (1 is the header; one past the last adds it)."""
    lines = list(TABLES[table])
    lines[number - 1 : number] = [line]
    return {table.replace(".", "__"): lines}
