"""What each operation does with the tables: one file for each family."""
