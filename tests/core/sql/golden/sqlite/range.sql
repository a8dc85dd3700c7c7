-- sent for range(id), range(amount), range(rate), range(placed), range(paid)
SELECT
  COUNT("id") AS m0,
  COUNT(*) FILTER(WHERE CASE WHEN TYPEOF("id") IN ('text', 'blob') THEN DQ_NO_NUMBER("id") ELSE "id" END < 1 OR CASE WHEN TYPEOF("id") IN ('text', 'blob') THEN DQ_NO_NUMBER("id") ELSE "id" END > 9) AS m1,
  COUNT(*) FILTER(WHERE CASE WHEN TYPEOF("id") IN ('text', 'blob') THEN DQ_NO_NUMBER("id") ELSE "id" END < 1 OR CASE WHEN TYPEOF("id") IN ('text', 'blob') THEN DQ_NO_NUMBER("id") ELSE "id" END > 5) AS m2,
  COUNT("amount") FILTER(WHERE (
id = 1 OR id = 2
)) AS m3,
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
) AND (CASE WHEN TYPEOF("amount") IN ('text', 'blob') THEN DQ_NO_NUMBER("amount") ELSE "amount" END <= 0.1 OR "amount" = 'NaN')) AS m4,
  COUNT("rate") AS m5,
  COUNT(*) FILTER(WHERE CASE WHEN TYPEOF("rate") IN ('text', 'blob') THEN DQ_NO_NUMBER("rate") ELSE "rate" END > 0.1) AS m6,
  COUNT("placed") AS m7,
  COUNT(*) FILTER(WHERE DQ_MOMENT("placed", 'date') <= '2024-01-01') AS m8,
  COUNT("paid") AS m9,
  COUNT(*) FILTER(WHERE DQ_MOMENT("paid", 'timestamptz') < '2024-01-01T00:00:00' OR DQ_MOMENT("paid", 'timestamptz') >= 'infinity') AS m10
FROM "shop"."orders";

-- range(id), alone (one of 11 questions of one scan)
SELECT
  COUNT("id") AS "value_count(id)",
  COUNT(*) FILTER(WHERE CASE WHEN TYPEOF("id") IN ('text', 'blob') THEN DQ_NO_NUMBER("id") ELSE "id" END < 1 OR CASE WHEN TYPEOF("id") IN ('text', 'blob') THEN DQ_NO_NUMBER("id") ELSE "id" END > 9) AS "outside_count(id)",
  COUNT(*) FILTER(WHERE CASE WHEN TYPEOF("id") IN ('text', 'blob') THEN DQ_NO_NUMBER("id") ELSE "id" END < 1 OR CASE WHEN TYPEOF("id") IN ('text', 'blob') THEN DQ_NO_NUMBER("id") ELSE "id" END > 5) AS "outside_count(id) by warn"
FROM "shop"."orders";

-- range(amount), alone (one of 11 questions of one scan)
SELECT
  COUNT("amount") FILTER(WHERE (
id = 1 OR id = 2
)) AS "value_count(amount)",
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
) AND (CASE WHEN TYPEOF("amount") IN ('text', 'blob') THEN DQ_NO_NUMBER("amount") ELSE "amount" END <= 0.1 OR "amount" = 'NaN')) AS "outside_count(amount)"
FROM "shop"."orders";

-- range(rate), alone (one of 11 questions of one scan)
SELECT
  COUNT("rate") AS "value_count(rate)",
  COUNT(*) FILTER(WHERE CASE WHEN TYPEOF("rate") IN ('text', 'blob') THEN DQ_NO_NUMBER("rate") ELSE "rate" END > 0.1) AS "outside_count(rate)"
FROM "shop"."orders";

-- range(placed), alone (one of 11 questions of one scan)
SELECT
  COUNT("placed") AS "value_count(placed)",
  COUNT(*) FILTER(WHERE DQ_MOMENT("placed", 'date') <= '2024-01-01') AS "outside_count(placed)"
FROM "shop"."orders";

-- range(paid), alone (one of 11 questions of one scan)
SELECT
  COUNT("paid") AS "value_count(paid)",
  COUNT(*) FILTER(WHERE DQ_MOMENT("paid", 'timestamptz') < '2024-01-01T00:00:00' OR DQ_MOMENT("paid", 'timestamptz') >= 'infinity') AS "outside_count(paid)"
FROM "shop"."orders";
