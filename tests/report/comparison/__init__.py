"""What people see of a comparison: document, tables, page, folder, terminal."""
