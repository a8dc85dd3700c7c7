-- sent for referential(id, Order Id)
SELECT COUNT(*) AS failing
FROM (SELECT "id" AS k0, "Order Id" AS k1 FROM "shop"."orders"
WHERE (
placed > '2024-01-01' OR placed IS NULL
) AND (
id > 1
)) AS c
WHERE c.k0 IS NOT NULL AND c.k1 IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM (SELECT "id" AS k0, "email" AS k1 FROM "shop"."customers"
WHERE (
live -- ones
) AND NOT "id" IS NULL AND NOT "email" IS NULL) AS p WHERE c.k0 = p.k0 AND c.k1 = p.k1);

-- sent for referential(id, Order Id)
SELECT
  COUNT(*) FILTER(WHERE (
id > 1
) AND (NOT "id" IS NULL AND NOT "Order Id" IS NULL)) AS m0
FROM "shop"."orders"
WHERE (
placed > '2024-01-01' OR placed IS NULL
);

-- referential(id, Order Id), alone (by an anti-join with the other table)
SELECT * FROM (
SELECT
  COUNT(*) FILTER(WHERE (
id > 1
) AND (NOT "id" IS NULL AND NOT "Order Id" IS NULL)) AS "key_count(id, Order Id)"
FROM "shop"."orders"
WHERE (
placed > '2024-01-01' OR placed IS NULL
)
) AS s0 CROSS JOIN (
SELECT COUNT(*) AS failing
FROM (SELECT "id" AS k0, "Order Id" AS k1 FROM "shop"."orders"
WHERE (
placed > '2024-01-01' OR placed IS NULL
) AND (
id > 1
)) AS c
WHERE c.k0 IS NOT NULL AND c.k1 IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM (SELECT "id" AS k0, "email" AS k1 FROM "shop"."customers"
WHERE (
live -- ones
) AND NOT "id" IS NULL AND NOT "email" IS NULL) AS p WHERE c.k0 = p.k0 AND c.k1 = p.k1)
) AS s1;
