-- sent for range(id), range(amount), range(rate), range(placed), range(paid)
SELECT
  COUNT("id") AS m0,
  COUNT(*) FILTER(WHERE "id" < 1 OR "id" > 9) AS m1,
  COUNT(*) FILTER(WHERE "id" < 1 OR "id" > 5) AS m2,
  COUNT("amount") FILTER(WHERE (
id = 1 OR id = 2
)) AS m3,
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
) AND ("amount" <= 0.1 OR "amount" = CAST('NaN' AS DECIMAL))) AS m4,
  COUNT("rate") AS m5,
  COUNT(*) FILTER(WHERE "rate" > CAST('0.1' AS REAL)) AS m6,
  COUNT("placed") AS m7,
  COUNT(*) FILTER(WHERE "placed" <= CAST('2024-01-01' AS DATE)) AS m8,
  COUNT("paid") AS m9,
  COUNT(*) FILTER(WHERE "paid" < CAST('2024-01-01T00:00:00+00:00' AS TIMESTAMPTZ) OR "paid" >= CAST('infinity' AS TIMESTAMPTZ)) AS m10
FROM "shop"."orders";

-- range(id), alone (one of 11 questions of one scan)
SELECT
  COUNT("id") AS "value_count(id)",
  COUNT(*) FILTER(WHERE "id" < 1 OR "id" > 9) AS "outside_count(id)",
  COUNT(*) FILTER(WHERE "id" < 1 OR "id" > 5) AS "outside_count(id) by warn"
FROM "shop"."orders";

-- range(amount), alone (one of 11 questions of one scan)
SELECT
  COUNT("amount") FILTER(WHERE (
id = 1 OR id = 2
)) AS "value_count(amount)",
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
) AND ("amount" <= 0.1 OR "amount" = CAST('NaN' AS DECIMAL))) AS "outside_count(amount)"
FROM "shop"."orders";

-- range(rate), alone (one of 11 questions of one scan)
SELECT
  COUNT("rate") AS "value_count(rate)",
  COUNT(*) FILTER(WHERE "rate" > CAST('0.1' AS REAL)) AS "outside_count(rate)"
FROM "shop"."orders";

-- range(placed), alone (one of 11 questions of one scan)
SELECT
  COUNT("placed") AS "value_count(placed)",
  COUNT(*) FILTER(WHERE "placed" <= CAST('2024-01-01' AS DATE)) AS "outside_count(placed)"
FROM "shop"."orders";

-- range(paid), alone (one of 11 questions of one scan)
SELECT
  COUNT("paid") AS "value_count(paid)",
  COUNT(*) FILTER(WHERE "paid" < CAST('2024-01-01T00:00:00+00:00' AS TIMESTAMPTZ) OR "paid" >= CAST('infinity' AS TIMESTAMPTZ)) AS "outside_count(paid)"
FROM "shop"."orders";
