"""When things run and what is shown about the runs, and the command line `bihuan`."""
