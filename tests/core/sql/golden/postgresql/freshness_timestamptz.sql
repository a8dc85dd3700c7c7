-- sent for freshness(paid)
SELECT
  TO_JSONB(MAX("paid") FILTER(WHERE "paid" <= CAST('2024-01-02T02:04:05+00:00' AS TIMESTAMPTZ)) AT TIME ZONE 'UTC') #>> '{}' AS m0,
  COUNT(*) FILTER(WHERE "paid" > CAST('2024-01-02T02:04:05+00:00' AS TIMESTAMPTZ)) AS m1
FROM "shop"."orders";

-- freshness(paid), alone (one of 2 questions of one scan)
SELECT
  TO_JSONB(MAX("paid") FILTER(WHERE "paid" <= CAST('2024-01-02T02:04:05+00:00' AS TIMESTAMPTZ)) AT TIME ZONE 'UTC') #>> '{}' AS "newest(paid)",
  COUNT(*) FILTER(WHERE "paid" > CAST('2024-01-02T02:04:05+00:00' AS TIMESTAMPTZ)) AS "later_count(paid)"
FROM "shop"."orders";
