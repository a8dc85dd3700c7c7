-- sent for a value
SELECT * FROM (
SELECT   max(amount) FROM orders
) AS q
LIMIT 2;

-- sent for rows
SELECT COUNT(*) AS failing FROM (
SELECT * FROM orders WHERE amount < 0
) AS q;

-- a value, alone (the query as it is written)
SELECT * FROM (
SELECT   max(amount) FROM orders
) AS q
LIMIT 2;

-- rows, alone (the query as it is written)
SELECT COUNT(*) AS failing FROM (
SELECT * FROM orders WHERE amount < 0
) AS q;
