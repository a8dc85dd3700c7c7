-- sent for referential(id)
SELECT (SELECT COUNT(*) FROM (SELECT "id" AS k0 FROM "shop"."orders") AS c WHERE c.k0 IS NOT NULL) AS checked,
  (SELECT COUNT(*) FROM (SELECT "id" AS k0 FROM "shop"."orders") AS c WHERE c.k0 IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM (SELECT "id" AS k0 FROM "shop"."customers"
WHERE NOT "id" IS NULL) AS p WHERE c.k0 = p.k0)) AS failing;

-- referential(id), alone (by an anti-join with the other table)
SELECT (SELECT COUNT(*) FROM (SELECT "id" AS k0 FROM "shop"."orders") AS c WHERE c.k0 IS NOT NULL) AS checked,
  (SELECT COUNT(*) FROM (SELECT "id" AS k0 FROM "shop"."orders") AS c WHERE c.k0 IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM (SELECT "id" AS k0 FROM "shop"."customers"
WHERE NOT "id" IS NULL) AS p WHERE c.k0 = p.k0)) AS failing;
