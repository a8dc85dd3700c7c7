-- sent for uniqueness(id)
SELECT COUNT(*) AS checked, COUNT(DISTINCT "id") + CASE WHEN COUNT(*) > COUNT("id") THEN 1 ELSE 0 END AS keys
FROM "shop"."orders";

-- sent for uniqueness(id)
SELECT COALESCE(SUM(n), 0) AS checked, COALESCE(SUM(CASE WHEN n > 1 THEN n END), 0) AS failing
FROM (SELECT COUNT(*) AS n FROM (SELECT "id" FROM "shop"."orders" ORDER BY "id") AS s GROUP BY "id") AS k;

-- uniqueness(id), alone (by counting distinct integers, then exactly by grouping)
SELECT COALESCE(SUM(n), 0) AS checked, COALESCE(SUM(CASE WHEN n > 1 THEN n END), 0) AS failing
FROM (SELECT COUNT(*) AS n FROM "shop"."orders" GROUP BY "id") AS k;
