"""`run` and `demo`: the product's processes as children of one supervisor."""
