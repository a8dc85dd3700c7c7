"""From metrics to statements to values: the planner, the catalog, and one small file per database."""
