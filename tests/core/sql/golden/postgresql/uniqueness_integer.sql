-- sent for uniqueness(id)
SELECT COUNT("id") AS checked, COUNT(DISTINCT "id") AS keys
FROM "shop"."orders";

-- uniqueness(id), alone (by counting distinct integers)
SELECT COALESCE(SUM(n), 0) AS checked, COALESCE(SUM(n - 1), 0) AS failing
FROM (SELECT COUNT(*) AS n FROM "shop"."orders"
WHERE NOT "id" IS NULL GROUP BY "id") AS k;
