"""The databases, one file each: being in this folder is all it takes to be known. Long catalog queries stand in ``catalogs``."""
