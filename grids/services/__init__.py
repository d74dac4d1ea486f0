"""Everything that writes to the tree, posts and job records, one module per noun."""
