"""公文 on paper: one set of data, printed as PDF (typst) and as DOCX (python-docx)."""
