"""Files of hourly values → columns: the only place that knows pandas and openpyxl."""
