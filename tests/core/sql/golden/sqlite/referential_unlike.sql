-- sent for referential(amount)
SELECT COUNT(*) AS failing
FROM (SELECT "amount" AS k0 FROM "shop"."orders") AS c
WHERE c.k0 IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM (SELECT "id" AS k0 FROM "shop"."customers"
WHERE NOT "id" IS NULL) AS p WHERE c.k0 = p.k0);

-- sent for referential(amount)
SELECT
  COUNT("amount") AS m0
FROM "shop"."orders";

-- referential(amount), alone (by an anti-join with the other table)
SELECT * FROM (
SELECT
  COUNT("amount") AS "key_count(amount)"
FROM "shop"."orders"
) AS s0 CROSS JOIN (
SELECT COUNT(*) AS failing
FROM (SELECT "amount" AS k0 FROM "shop"."orders") AS c
WHERE c.k0 IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM (SELECT "id" AS k0 FROM "shop"."customers"
WHERE NOT "id" IS NULL) AS p WHERE c.k0 = p.k0)
) AS s1;
