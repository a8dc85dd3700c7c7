-- sent for freshness(paid)
SELECT
  MAX(DQ_MOMENT("paid", 'timestamptz')) FILTER(WHERE DQ_MOMENT("paid", 'timestamptz') <= '2024-01-02T02:04:05') AS m0,
  COUNT(*) FILTER(WHERE DQ_MOMENT("paid", 'timestamptz') > '2024-01-02T02:04:05') AS m1
FROM "shop"."orders";

-- freshness(paid), alone (one of 2 questions of one scan)
SELECT
  MAX(DQ_MOMENT("paid", 'timestamptz')) FILTER(WHERE DQ_MOMENT("paid", 'timestamptz') <= '2024-01-02T02:04:05') AS "newest(paid)",
  COUNT(*) FILTER(WHERE DQ_MOMENT("paid", 'timestamptz') > '2024-01-02T02:04:05') AS "later_count(paid)"
FROM "shop"."orders";
