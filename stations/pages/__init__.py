"""What the pages of the air side show, as plain data: reads only."""
