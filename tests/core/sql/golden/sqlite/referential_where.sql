-- sent for referential(id, Order Id)
SELECT (SELECT COUNT(*) FROM (SELECT "id" AS k0, "Order Id" AS k1 FROM "shop"."orders"
WHERE (
placed > '2024-01-01' OR placed IS NULL
) AND (
id > 1
)) AS c WHERE c.k0 IS NOT NULL AND c.k1 IS NOT NULL) AS checked,
  (SELECT COUNT(*) FROM (SELECT "id" AS k0, "Order Id" AS k1 FROM "shop"."orders"
WHERE (
placed > '2024-01-01' OR placed IS NULL
) AND (
id > 1
)) AS c WHERE c.k0 IS NOT NULL AND c.k1 IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM (SELECT "id" AS k0, "email" AS k1 FROM "shop"."customers"
WHERE (
live -- ones
) AND NOT "id" IS NULL AND NOT "email" IS NULL) AS p WHERE c.k0 = p.k0 AND c.k1 = p.k1)) AS failing;

-- referential(id, Order Id), alone (by an anti-join with the other table)
SELECT (SELECT COUNT(*) FROM (SELECT "id" AS k0, "Order Id" AS k1 FROM "shop"."orders"
WHERE (
placed > '2024-01-01' OR placed IS NULL
) AND (
id > 1
)) AS c WHERE c.k0 IS NOT NULL AND c.k1 IS NOT NULL) AS checked,
  (SELECT COUNT(*) FROM (SELECT "id" AS k0, "Order Id" AS k1 FROM "shop"."orders"
WHERE (
placed > '2024-01-01' OR placed IS NULL
) AND (
id > 1
)) AS c WHERE c.k0 IS NOT NULL AND c.k1 IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM (SELECT "id" AS k0, "email" AS k1 FROM "shop"."customers"
WHERE (
live -- ones
) AND NOT "id" IS NULL AND NOT "email" IS NULL) AS p WHERE c.k0 = p.k0 AND c.k1 = p.k1)) AS failing;
