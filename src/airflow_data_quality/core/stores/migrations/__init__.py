"""The schema's history, one Alembic revision a file in ``versions``; ``stores/schema.py`` runs them.

A revision is written by hand and never changed once released. It imports nothing of this package: what it made must not
change when ``results/tables.py`` does. A test holds what the revisions make against those tables.
"""
