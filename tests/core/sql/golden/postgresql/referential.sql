-- sent for referential(id)
SELECT COUNT(*) AS failing
FROM (SELECT "id" AS k0 FROM "shop"."orders") AS c
WHERE c.k0 IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM (SELECT "id" AS k0 FROM "shop"."customers"
WHERE NOT "id" IS NULL) AS p WHERE c.k0 = p.k0);

-- sent for referential(id)
SELECT
  COUNT("id") AS m0
FROM "shop"."orders";

-- referential(id), alone (by an anti-join with the other table)
SELECT * FROM (
SELECT
  COUNT("id") AS "key_count(id)"
FROM "shop"."orders"
) AS s0 CROSS JOIN (
SELECT COUNT(*) AS failing
FROM (SELECT "id" AS k0 FROM "shop"."orders") AS c
WHERE c.k0 IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM (SELECT "id" AS k0 FROM "shop"."customers"
WHERE NOT "id" IS NULL) AS p WHERE c.k0 = p.k0)
) AS s1;
