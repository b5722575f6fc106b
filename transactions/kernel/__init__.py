"""The one door: commands, exact numbers, one database transaction, audit, numbers, users, change stamps."""
