"""The command line: ``data-quality …``, and the same commands as ``airflow data-quality …``."""
