-- sent for uniqueness(id, Order Id)
SELECT COUNT(*) AS checked, COUNT(DISTINCT hash_record_extended(ROW("id", "id" >> 32, "Order Id"), 0)) AS keys
FROM "shop"."orders";

-- sent for uniqueness(id, Order Id)
SELECT COALESCE(SUM(n), 0) AS checked, COALESCE(COUNT(CASE WHEN n > 1 THEN 1 END), 0) AS failing
FROM (SELECT COUNT(*) AS n FROM (SELECT "id", "Order Id" FROM "shop"."orders" ORDER BY "id", "Order Id") AS s GROUP BY "id", "Order Id") AS k;

-- uniqueness(id, Order Id), alone (by counting distinct hashes of the key, then exactly by grouping)
SELECT COALESCE(SUM(n), 0) AS checked, COALESCE(COUNT(CASE WHEN n > 1 THEN 1 END), 0) AS failing
FROM (SELECT COUNT(*) AS n FROM "shop"."orders" GROUP BY "id", "Order Id") AS k;
