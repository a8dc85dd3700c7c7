"""The databases, one small file each: being in this folder is all it takes to be known."""
