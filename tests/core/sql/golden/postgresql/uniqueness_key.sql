-- sent for uniqueness(id, Order Id)
SELECT COUNT(*) AS checked, COUNT(DISTINCT hashtextextended("Order Id", hashint8extended("id" >> 32, hashint8extended("id", 0)))) AS keys
FROM "shop"."orders"
WHERE (
id > 0 OR id < 0
) AND NOT "id" IS NULL AND NOT "Order Id" IS NULL;

-- sent for uniqueness(id, Order Id)
SELECT COALESCE(SUM(n), 0) AS checked, COALESCE(SUM(n - 1), 0) AS failing
FROM (SELECT COUNT(*) AS n FROM (SELECT "id", "Order Id" FROM "shop"."orders"
WHERE (
id > 0 OR id < 0
) AND NOT "id" IS NULL AND NOT "Order Id" IS NULL ORDER BY "id", "Order Id") AS s GROUP BY "id", "Order Id") AS k;

-- uniqueness(id, Order Id), alone (by counting distinct hashes of the key, then exactly by grouping)
SELECT COALESCE(SUM(n), 0) AS checked, COALESCE(SUM(n - 1), 0) AS failing
FROM (SELECT COUNT(*) AS n FROM "shop"."orders"
WHERE (
id > 0 OR id < 0
) AND NOT "id" IS NULL AND NOT "Order Id" IS NULL GROUP BY "id", "Order Id") AS k;
