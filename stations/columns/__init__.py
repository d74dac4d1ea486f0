"""Rows as whole columns: the fast door to hours and days, below the services."""
