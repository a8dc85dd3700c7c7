"""The check types, one file each: being in this folder is all it takes to be known."""
