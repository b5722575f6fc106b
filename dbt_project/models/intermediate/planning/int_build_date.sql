-- One row: the business date of the build, for the engines.
select {{ as_of() }} as as_of
