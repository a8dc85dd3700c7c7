-- sent for referential(id)
SELECT COUNT(CASE WHEN c.k0 IS NOT NULL THEN 1 END) AS checked, COUNT(CASE WHEN c.k0 IS NOT NULL AND p.k0 IS NULL THEN 1 END) AS failing
FROM (SELECT "id" AS k0 FROM "shop"."orders") AS c
LEFT JOIN (SELECT DISTINCT "id" AS k0 FROM "shop"."customers"
WHERE NOT "id" IS NULL) AS p ON c.k0 = p.k0;

-- referential(id), alone (by joining the distinct keys of the other table)
SELECT COUNT(CASE WHEN c.k0 IS NOT NULL THEN 1 END) AS checked, COUNT(CASE WHEN c.k0 IS NOT NULL AND p.k0 IS NULL THEN 1 END) AS failing
FROM (SELECT "id" AS k0 FROM "shop"."orders") AS c
LEFT JOIN (SELECT DISTINCT "id" AS k0 FROM "shop"."customers"
WHERE NOT "id" IS NULL) AS p ON c.k0 = p.k0;
