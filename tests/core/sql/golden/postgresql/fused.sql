-- sent for referential(id)
SELECT COUNT(*) AS failing
FROM (SELECT "id" AS k0 FROM "shop"."orders"
WHERE (
id > 0
)) AS c
WHERE c.k0 IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM (SELECT "id" AS k0 FROM "shop"."customers"
WHERE NOT "id" IS NULL) AS p WHERE c.k0 = p.k0);

-- sent for volume, again, completeness(amount), completeness(placed), freshness(paid), referential(id)
SELECT
  COUNT(*) AS m0,
  COUNT(*) - COUNT("amount") AS m1,
  COUNT(*) - COUNT("placed") AS m2,
  TO_JSONB(MAX("paid") FILTER(WHERE "paid" <= CAST('2024-01-02T02:04:05+00:00' AS TIMESTAMPTZ)) AT TIME ZONE 'UTC') #>> '{}' AS m3,
  COUNT(*) FILTER(WHERE "paid" > CAST('2024-01-02T02:04:05+00:00' AS TIMESTAMPTZ)) AS m4,
  COUNT("id") AS m5
FROM "shop"."orders"
WHERE (
id > 0
);

-- sent for uniqueness(id)
SELECT COUNT("id") AS checked, COUNT(DISTINCT "id") AS keys
FROM "shop"."orders"
WHERE (
id > 0
);

-- volume, alone (one of 6 questions of one scan)
SELECT
  COUNT(*) AS "row_count"
FROM "shop"."orders"
WHERE (
id > 0
);

-- again, alone (one of 6 questions of one scan)
SELECT
  COUNT(*) AS "row_count"
FROM "shop"."orders"
WHERE (
id > 0
);

-- completeness(amount), alone (one of 6 questions of one scan)
SELECT
  COUNT(*) AS "row_count",
  COUNT(*) - COUNT("amount") AS "null_count(amount)"
FROM "shop"."orders"
WHERE (
id > 0
);

-- completeness(placed), alone (one of 6 questions of one scan)
SELECT
  COUNT(*) AS "row_count",
  COUNT(*) - COUNT("placed") AS "null_count(placed)"
FROM "shop"."orders"
WHERE (
id > 0
);

-- freshness(paid), alone (one of 6 questions of one scan)
SELECT
  TO_JSONB(MAX("paid") FILTER(WHERE "paid" <= CAST('2024-01-02T02:04:05+00:00' AS TIMESTAMPTZ)) AT TIME ZONE 'UTC') #>> '{}' AS "newest(paid)",
  COUNT(*) FILTER(WHERE "paid" > CAST('2024-01-02T02:04:05+00:00' AS TIMESTAMPTZ)) AS "later_count(paid)"
FROM "shop"."orders"
WHERE (
id > 0
);

-- uniqueness(id), alone (by counting distinct integers)
SELECT COALESCE(SUM(n), 0) AS checked, COALESCE(SUM(n - 1), 0) AS failing
FROM (SELECT COUNT(*) AS n FROM "shop"."orders"
WHERE (
id > 0
) AND NOT "id" IS NULL GROUP BY "id") AS k;

-- referential(id), alone (by an anti-join with the other table)
SELECT * FROM (
SELECT
  COUNT("id") AS "key_count(id)"
FROM "shop"."orders"
WHERE (
id > 0
)
) AS s0 CROSS JOIN (
SELECT COUNT(*) AS failing
FROM (SELECT "id" AS k0 FROM "shop"."orders"
WHERE (
id > 0
)) AS c
WHERE c.k0 IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM (SELECT "id" AS k0 FROM "shop"."customers"
WHERE NOT "id" IS NULL) AS p WHERE c.k0 = p.k0)
) AS s1;
