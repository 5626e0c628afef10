"""Reports: ``view`` finishes the tables, ``formats`` render them, ``write`` puts the files in place."""
