-- sent for distribution(amount), distribution(rate)
SELECT
  AVG(CASE WHEN TYPEOF("amount") IN ('text', 'blob') THEN DQ_NO_NUMBER("amount") ELSE "amount" END) FILTER(WHERE (
id = 1 OR id = 2
)) AS m0,
  STDDEV_SAMP(CASE WHEN TYPEOF("amount") IN ('text', 'blob') THEN DQ_NO_NUMBER("amount") ELSE "amount" END) FILTER(WHERE (
id = 1 OR id = 2
)) AS m1,
  MIN(CASE WHEN TYPEOF("amount") IN ('text', 'blob') THEN DQ_NO_NUMBER("amount") ELSE "amount" END) FILTER(WHERE (
id = 1 OR id = 2
)) AS m2,
  MAX(CASE WHEN TYPEOF("amount") IN ('text', 'blob') THEN DQ_NO_NUMBER("amount") ELSE "amount" END) FILTER(WHERE (
id = 1 OR id = 2
)) AS m3,
  SUM(CASE WHEN TYPEOF("amount") IN ('text', 'blob') THEN DQ_NO_NUMBER("amount") ELSE "amount" END) FILTER(WHERE (
id = 1 OR id = 2
)) AS m4,
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
)) - COUNT("amount") FILTER(WHERE (
id = 1 OR id = 2
)) AS m5,
  MAX(CASE WHEN TYPEOF("rate") IN ('text', 'blob') THEN DQ_NO_NUMBER("rate") ELSE "rate" END) AS m6,
  SUM(CAST(CASE WHEN TYPEOF("rate") IN ('text', 'blob') THEN DQ_NO_NUMBER("rate") ELSE "rate" END AS REAL)) AS m7
FROM "shop"."orders"
WHERE (
id > 0
);

-- distribution(amount), alone (one of 8 questions of one scan)
SELECT
  AVG(CASE WHEN TYPEOF("amount") IN ('text', 'blob') THEN DQ_NO_NUMBER("amount") ELSE "amount" END) FILTER(WHERE (
id = 1 OR id = 2
)) AS "mean(amount)",
  STDDEV_SAMP(CASE WHEN TYPEOF("amount") IN ('text', 'blob') THEN DQ_NO_NUMBER("amount") ELSE "amount" END) FILTER(WHERE (
id = 1 OR id = 2
)) AS "stddev(amount)",
  MIN(CASE WHEN TYPEOF("amount") IN ('text', 'blob') THEN DQ_NO_NUMBER("amount") ELSE "amount" END) FILTER(WHERE (
id = 1 OR id = 2
)) AS "min(amount)",
  MAX(CASE WHEN TYPEOF("amount") IN ('text', 'blob') THEN DQ_NO_NUMBER("amount") ELSE "amount" END) FILTER(WHERE (
id = 1 OR id = 2
)) AS "max(amount)",
  SUM(CASE WHEN TYPEOF("amount") IN ('text', 'blob') THEN DQ_NO_NUMBER("amount") ELSE "amount" END) FILTER(WHERE (
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
  MAX(CASE WHEN TYPEOF("rate") IN ('text', 'blob') THEN DQ_NO_NUMBER("rate") ELSE "rate" END) AS "max(rate)",
  SUM(CAST(CASE WHEN TYPEOF("rate") IN ('text', 'blob') THEN DQ_NO_NUMBER("rate") ELSE "rate" END AS REAL)) AS "sum(rate)"
FROM "shop"."orders"
WHERE (
id > 0
);
