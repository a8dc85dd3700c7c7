-- sent for referential(id, Order Id)
SELECT COUNT(CASE WHEN c.k0 IS NOT NULL AND c.k1 IS NOT NULL THEN 1 END) AS checked, COUNT(CASE WHEN c.k0 IS NOT NULL AND c.k1 IS NOT NULL AND p.k0 IS NULL THEN 1 END) AS failing
FROM (SELECT "id" AS k0, "Order Id" AS k1 FROM "shop"."orders"
WHERE (
placed > '2024-01-01' OR placed IS NULL
) AND (
id > 1
)) AS c
LEFT JOIN (SELECT DISTINCT "id" AS k0, "email" AS k1 FROM "shop"."customers"
WHERE (
live -- ones
) AND NOT "id" IS NULL AND NOT "email" IS NULL) AS p ON c.k0 = p.k0 AND c.k1 = p.k1 COLLATE "C";

-- referential(id, Order Id), alone (by joining the distinct keys of the other table)
SELECT COUNT(CASE WHEN c.k0 IS NOT NULL AND c.k1 IS NOT NULL THEN 1 END) AS checked, COUNT(CASE WHEN c.k0 IS NOT NULL AND c.k1 IS NOT NULL AND p.k0 IS NULL THEN 1 END) AS failing
FROM (SELECT "id" AS k0, "Order Id" AS k1 FROM "shop"."orders"
WHERE (
placed > '2024-01-01' OR placed IS NULL
) AND (
id > 1
)) AS c
LEFT JOIN (SELECT DISTINCT "id" AS k0, "email" AS k1 FROM "shop"."customers"
WHERE (
live -- ones
) AND NOT "id" IS NULL AND NOT "email" IS NULL) AS p ON c.k0 = p.k0 AND c.k1 = p.k1 COLLATE "C";
