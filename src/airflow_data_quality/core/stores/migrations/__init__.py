"""The schemas' histories, a folder for each kind of store, one Alembic revision a file; ``stores/schema.py`` runs them.

A revision is written by hand and never changed once released. It imports nothing of this package: what it made must not
change when ``tables.py`` does. A test holds what the revisions make against those tables.
"""
