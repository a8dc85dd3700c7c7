-- sent for freshness(placed)
SELECT
  MAX(DQ_MOMENT("placed", 'date')) FILTER(WHERE (
id = 1 OR id = 2
) AND DQ_MOMENT("placed", 'date') <= '2024-01-02') AS m0,
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
) AND DQ_MOMENT("placed", 'date') > '2024-01-02') AS m1
FROM "shop"."orders";

-- freshness(placed), alone (one of 2 questions of one scan)
SELECT
  MAX(DQ_MOMENT("placed", 'date')) FILTER(WHERE (
id = 1 OR id = 2
) AND DQ_MOMENT("placed", 'date') <= '2024-01-02') AS "newest(placed)",
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
) AND DQ_MOMENT("placed", 'date') > '2024-01-02') AS "later_count(placed)"
FROM "shop"."orders";
