-- sent for a value
SELECT * FROM (WITH dq_dataset AS (SELECT * FROM "shop"."orders"
WHERE (
id = 1 OR id = 2
) AND (
id > 0 -- all
))
SELECT * FROM (
SELECT count(*) FROM dq_dataset a JOIN dq_dataset b USING (id)
) AS q) AS q
LIMIT 2;

-- sent for rows
SELECT COUNT(*) AS failing FROM (WITH dq_dataset AS (SELECT * FROM "shop"."orders"
WHERE (
id = 1 OR id = 2
))
SELECT * FROM (
WITH q AS (SELECT * FROM dq_dataset) SELECT '{dataset}', q.* FROM q
) AS q) AS q;

-- a value, alone (the query as it is written)
SELECT * FROM (WITH dq_dataset AS (SELECT * FROM "shop"."orders"
WHERE (
id = 1 OR id = 2
) AND (
id > 0 -- all
))
SELECT * FROM (
SELECT count(*) FROM dq_dataset a JOIN dq_dataset b USING (id)
) AS q) AS q
LIMIT 2;

-- rows, alone (the query as it is written)
SELECT COUNT(*) AS failing FROM (WITH dq_dataset AS (SELECT * FROM "shop"."orders"
WHERE (
id = 1 OR id = 2
))
SELECT * FROM (
WITH q AS (SELECT * FROM dq_dataset) SELECT '{dataset}', q.* FROM q
) AS q) AS q;
