-- sent for distribution(amount), distribution(rate)
SELECT
  AVG("amount") FILTER(WHERE (
id = 1 OR id = 2
)) AS m0,
  STDDEV_SAMP("amount") FILTER(WHERE (
id = 1 OR id = 2
)) AS m1,
  MIN("amount") FILTER(WHERE (
id = 1 OR id = 2
)) AS m2,
  MAX("amount") FILTER(WHERE (
id = 1 OR id = 2
)) AS m3,
  SUM("amount") FILTER(WHERE (
id = 1 OR id = 2
)) AS m4,
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
)) - COUNT("amount") FILTER(WHERE (
id = 1 OR id = 2
)) AS m5,
  MAX("rate") AS m6,
  SUM(CAST("rate" AS DOUBLE PRECISION)) AS m7
FROM "shop"."orders"
WHERE (
id > 0
);

-- distribution(amount), alone (one of 8 questions of one scan)
SELECT
  AVG("amount") FILTER(WHERE (
id = 1 OR id = 2
)) AS "mean(amount)",
  STDDEV_SAMP("amount") FILTER(WHERE (
id = 1 OR id = 2
)) AS "stddev(amount)",
  MIN("amount") FILTER(WHERE (
id = 1 OR id = 2
)) AS "min(amount)",
  MAX("amount") FILTER(WHERE (
id = 1 OR id = 2
)) AS "max(amount)",
  SUM("amount") FILTER(WHERE (
id = 1 OR id = 2
)) AS "sum(amount)",
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
)) - COUNT("amount") FILTER(WHERE (
id = 1 OR id = 2
)) AS "missing(amount)"
FROM "shop"."orders"
WHERE (
id > 0
);

-- distribution(rate), alone (one of 8 questions of one scan)
SELECT
  MAX("rate") AS "max(rate)",
  SUM(CAST("rate" AS DOUBLE PRECISION)) AS "sum(rate)"
FROM "shop"."orders"
WHERE (
id > 0
);
