"""The main ways through Bihuan in a real browser, and the means to look at any page of it."""
