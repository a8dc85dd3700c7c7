-- sent for freshness(shipped)
SELECT
  TO_JSONB(MAX("shipped") FILTER(WHERE "shipped" <= CAST('2024-01-02T03:04:05' AS TIMESTAMP))) #>> '{}' AS m0,
  COUNT(*) FILTER(WHERE "shipped" > CAST('2024-01-02T03:04:05' AS TIMESTAMP)) AS m1
FROM "shop"."orders";

-- freshness(shipped), alone (one of 2 questions of one scan)
SELECT
  TO_JSONB(MAX("shipped") FILTER(WHERE "shipped" <= CAST('2024-01-02T03:04:05' AS TIMESTAMP))) #>> '{}' AS "newest(shipped)",
  COUNT(*) FILTER(WHERE "shipped" > CAST('2024-01-02T03:04:05' AS TIMESTAMP)) AS "later_count(shipped)"
FROM "shop"."orders";
