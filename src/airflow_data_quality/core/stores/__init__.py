"""Where things are kept: the result store, with its schema and the migrations that make it."""
