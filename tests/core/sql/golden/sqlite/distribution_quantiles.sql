-- sent for distribution(amount), distribution(rate), of no rows
SELECT
  COUNT("amount") FILTER(WHERE (
id = 1 OR id = 2
)) AS m0,
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
) AND CASE WHEN TYPEOF("amount") IN ('text', 'blob') THEN DQ_NO_NUMBER("amount") ELSE "amount" END < 0.5) AS m1,
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
) AND CASE WHEN TYPEOF("amount") IN ('text', 'blob') THEN DQ_NO_NUMBER("amount") ELSE "amount" END <= 1.5) AS m2,
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
) AND CASE WHEN TYPEOF("amount") IN ('text', 'blob') THEN DQ_NO_NUMBER("amount") ELSE "amount" END <= 5) AS m3,
  COUNT("rate") AS m4,
  COUNT(*) FILTER(WHERE CASE WHEN TYPEOF("rate") IN ('text', 'blob') THEN DQ_NO_NUMBER("rate") ELSE "rate" END < 0.1) AS m5,
  COUNT("id") FILTER(WHERE (
id > 5
)) AS m6,
  COUNT(*) FILTER(WHERE (
id > 5
) AND CASE WHEN TYPEOF("id") IN ('text', 'blob') THEN DQ_NO_NUMBER("id") ELSE "id" END < 1) AS m7,
  COUNT(*) FILTER(WHERE (
id > 5
) AND CASE WHEN TYPEOF("id") IN ('text', 'blob') THEN DQ_NO_NUMBER("id") ELSE "id" END <= 1) AS m8
FROM "shop"."orders";

-- sent for distribution(amount)
SELECT CASE WHEN TYPEOF("amount") IN ('text', 'blob') THEN DQ_NO_NUMBER("amount") ELSE "amount" END AS value
FROM "shop"."orders"
WHERE (
id = 1 OR id = 2
) AND "amount" >= 0.5 AND "amount" <= 1.5 AND "amount" IS NOT NULL
ORDER BY 1
LIMIT 2 OFFSET 0;

-- sent for distribution(amount)
SELECT CASE WHEN TYPEOF("amount") IN ('text', 'blob') THEN DQ_NO_NUMBER("amount") ELSE "amount" END AS value
FROM "shop"."orders"
WHERE (
id = 1 OR id = 2
) AND "amount" <= 5 AND "amount" IS NOT NULL
ORDER BY 1
LIMIT 2 OFFSET 0;

-- sent for distribution(rate)
SELECT CASE WHEN TYPEOF("rate") IN ('text', 'blob') THEN DQ_NO_NUMBER("rate") ELSE "rate" END AS value
FROM "shop"."orders"
WHERE "rate" >= 0.1 AND "rate" IS NOT NULL
ORDER BY 1
LIMIT 2 OFFSET 0;

-- distribution(amount), alone (by counting, then looked up by its rank)
SELECT * FROM (
SELECT MIN(v) + (MAX(v) - MIN(v)) * ((MAX(50 * (n - 1)) % 100) / 100.0) AS value
FROM (SELECT CASE WHEN TYPEOF("amount") IN ('text', 'blob') THEN DQ_NO_NUMBER("amount") ELSE "amount" END AS v, ROW_NUMBER() OVER (ORDER BY CASE WHEN TYPEOF("amount") IN ('text', 'blob') THEN DQ_NO_NUMBER("amount") ELSE "amount" END) - 1 AS r, COUNT(*) OVER () AS n
  FROM "shop"."orders"
WHERE (
id = 1 OR id = 2
) AND "amount" IS NOT NULL) AS k
WHERE r = (50 * (n - 1)) / 100 OR r = (50 * (n - 1) + 99) / 100
) AS s0 CROSS JOIN (
SELECT MIN(v) + (MAX(v) - MIN(v)) * ((MAX(99 * (n - 1)) % 100) / 100.0) AS value
FROM (SELECT CASE WHEN TYPEOF("amount") IN ('text', 'blob') THEN DQ_NO_NUMBER("amount") ELSE "amount" END AS v, ROW_NUMBER() OVER (ORDER BY CASE WHEN TYPEOF("amount") IN ('text', 'blob') THEN DQ_NO_NUMBER("amount") ELSE "amount" END) - 1 AS r, COUNT(*) OVER () AS n
  FROM "shop"."orders"
WHERE (
id = 1 OR id = 2
) AND "amount" IS NOT NULL) AS k
WHERE r = (99 * (n - 1)) / 100 OR r = (99 * (n - 1) + 99) / 100
) AS s1;

-- distribution(rate), alone (by counting, then looked up by its rank)
SELECT MIN(v) + (MAX(v) - MIN(v)) * ((MAX(5 * (n - 1)) % 100) / 100.0) AS value
FROM (SELECT CASE WHEN TYPEOF("rate") IN ('text', 'blob') THEN DQ_NO_NUMBER("rate") ELSE "rate" END AS v, ROW_NUMBER() OVER (ORDER BY CASE WHEN TYPEOF("rate") IN ('text', 'blob') THEN DQ_NO_NUMBER("rate") ELSE "rate" END) - 1 AS r, COUNT(*) OVER () AS n
  FROM "shop"."orders"
WHERE "rate" IS NOT NULL) AS k
WHERE r = (5 * (n - 1)) / 100 OR r = (5 * (n - 1) + 99) / 100;

-- of no rows, alone (by counting)
SELECT MIN(v) + (MAX(v) - MIN(v)) * ((MAX(50 * (n - 1)) % 100) / 100.0) AS value
FROM (SELECT CASE WHEN TYPEOF("id") IN ('text', 'blob') THEN DQ_NO_NUMBER("id") ELSE "id" END AS v, ROW_NUMBER() OVER (ORDER BY CASE WHEN TYPEOF("id") IN ('text', 'blob') THEN DQ_NO_NUMBER("id") ELSE "id" END) - 1 AS r, COUNT(*) OVER () AS n
  FROM "shop"."orders"
WHERE (
id > 5
) AND "id" IS NOT NULL) AS k
WHERE r = (50 * (n - 1)) / 100 OR r = (50 * (n - 1) + 99) / 100;
