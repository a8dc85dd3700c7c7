-- sent for freshness(shipped)
SELECT
  MAX(DQ_MOMENT("shipped", 'timestamp')) FILTER(WHERE DQ_MOMENT("shipped", 'timestamp') <= '2024-01-02T03:04:05') AS m0,
  COUNT(*) FILTER(WHERE DQ_MOMENT("shipped", 'timestamp') > '2024-01-02T03:04:05') AS m1
FROM "shop"."orders";

-- freshness(shipped), alone (one of 2 questions of one scan)
SELECT
  MAX(DQ_MOMENT("shipped", 'timestamp')) FILTER(WHERE DQ_MOMENT("shipped", 'timestamp') <= '2024-01-02T03:04:05') AS "newest(shipped)",
  COUNT(*) FILTER(WHERE DQ_MOMENT("shipped", 'timestamp') > '2024-01-02T03:04:05') AS "later_count(shipped)"
FROM "shop"."orders";
