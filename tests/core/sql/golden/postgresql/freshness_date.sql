-- sent for freshness(placed)
SELECT
  TO_JSONB(MAX("placed") FILTER(WHERE (
id = 1 OR id = 2
) AND "placed" <= CAST('2024-01-02' AS DATE))) #>> '{}' AS m0,
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
) AND "placed" > CAST('2024-01-02' AS DATE)) AS m1
FROM "shop"."orders";

-- freshness(placed), alone (one of 2 questions of one scan)
SELECT
  TO_JSONB(MAX("placed") FILTER(WHERE (
id = 1 OR id = 2
) AND "placed" <= CAST('2024-01-02' AS DATE))) #>> '{}' AS "newest(placed)",
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
) AND "placed" > CAST('2024-01-02' AS DATE)) AS "later_count(placed)"
FROM "shop"."orders";
