-- sent for uniqueness(n)
SELECT COUNT("n") AS checked, COUNT(DISTINCT "n") AS keys
FROM (
SELECT id AS n, amount FROM orders -- all; of them

) AS q
WHERE (
amount > 0
);

-- sent for volume, completeness(n)
SELECT
  COUNT(*) AS m0,
  COUNT(*) - COUNT("n") AS m1
FROM (
SELECT id AS n, amount FROM orders -- all; of them

) AS q
WHERE (
amount > 0
);

-- volume, alone (one of 2 questions of one scan)
SELECT
  COUNT(*) AS "row_count"
FROM (
SELECT id AS n, amount FROM orders -- all; of them

) AS q
WHERE (
amount > 0
);

-- uniqueness(n), alone (by counting distinct integers)
SELECT COALESCE(SUM(n), 0) AS checked, COALESCE(SUM(n - 1), 0) AS failing
FROM (SELECT COUNT(*) AS n FROM (
SELECT id AS n, amount FROM orders -- all; of them

) AS q
WHERE (
amount > 0
) AND NOT "n" IS NULL GROUP BY "n") AS k;

-- completeness(n), alone (one of 2 questions of one scan)
SELECT
  COUNT(*) AS "row_count",
  COUNT(*) - COUNT("n") AS "null_count(n)"
FROM (
SELECT id AS n, amount FROM orders -- all; of them

) AS q
WHERE (
amount > 0
);
