-- sent for completeness(amount)
SELECT
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
)) AS m0,
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
)) - COUNT("amount") FILTER(WHERE (
id = 1 OR id = 2
)) AS m1
FROM "shop"."orders";

-- completeness(amount), alone (one of 2 questions of one scan)
SELECT
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
)) AS "row_count",
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
)) - COUNT("amount") FILTER(WHERE (
id = 1 OR id = 2
)) AS "null_count(amount)"
FROM "shop"."orders";
