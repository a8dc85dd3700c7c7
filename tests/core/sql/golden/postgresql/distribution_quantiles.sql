-- sent for distribution(amount), distribution(rate), of no rows
SELECT
  COUNT("amount") FILTER(WHERE (
id = 1 OR id = 2
)) AS m0,
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
) AND "amount" < 0.5) AS m1,
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
) AND "amount" <= 1.5) AS m2,
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
) AND "amount" <= 5) AS m3,
  COUNT("rate") AS m4,
  COUNT(*) FILTER(WHERE "rate" < CAST('0.1' AS REAL)) AS m5,
  COUNT("id") FILTER(WHERE (
id > 5
)) AS m6,
  COUNT(*) FILTER(WHERE (
id > 5
) AND "id" < 1) AS m7,
  COUNT(*) FILTER(WHERE (
id > 5
) AND "id" <= 1) AS m8
FROM "shop"."orders";

-- sent for distribution(amount)
SELECT unnest(percentile_disc(ARRAY[1.0 / 4, 3.0 / 4]::float8[]) WITHIN GROUP (ORDER BY "amount")) AS value
FROM "shop"."orders"
WHERE (
id = 1 OR id = 2
) AND "amount" >= 0.5 AND "amount" <= 1.5 AND "amount" IS NOT NULL;

-- sent for distribution(amount)
SELECT unnest(percentile_disc(ARRAY[1.0 / 4, 3.0 / 4]::float8[]) WITHIN GROUP (ORDER BY "amount")) AS value
FROM "shop"."orders"
WHERE (
id = 1 OR id = 2
) AND "amount" <= 5 AND "amount" IS NOT NULL;

-- sent for distribution(rate)
SELECT unnest(percentile_disc(ARRAY[1.0 / 4, 3.0 / 4]::float8[]) WITHIN GROUP (ORDER BY "rate")) AS value
FROM "shop"."orders"
WHERE "rate" >= CAST('0.1' AS REAL) AND "rate" IS NOT NULL;

-- distribution(amount), alone (by counting, then looked up by its rank)
SELECT * FROM (
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY "amount") AS value
FROM "shop"."orders"
WHERE (
id = 1 OR id = 2
) AND "amount" IS NOT NULL
) AS s0 CROSS JOIN (
SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY "amount") AS value
FROM "shop"."orders"
WHERE (
id = 1 OR id = 2
) AND "amount" IS NOT NULL
) AS s1;

-- distribution(rate), alone (by counting, then looked up by its rank)
SELECT percentile_cont(0.05) WITHIN GROUP (ORDER BY "rate") AS value
FROM "shop"."orders"
WHERE "rate" IS NOT NULL;

-- of no rows, alone (by counting)
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY "id") AS value
FROM "shop"."orders"
WHERE (
id > 5
) AND "id" IS NOT NULL;
