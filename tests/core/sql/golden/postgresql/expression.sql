-- sent for paid after it was placed, cheap
SELECT
  COUNT(*) AS m0,
  COUNT(*) FILTER(WHERE NOT (
paid >= placed -- at least
)) AS m1,
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
)) AS m2,
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
) AND NOT (
amount < 10 OR amount IS NULL
)) AS m3
FROM "shop"."orders";

-- paid after it was placed, alone (one of 4 questions of one scan)
SELECT
  COUNT(*) AS "row_count",
  COUNT(*) FILTER(WHERE NOT (
paid >= placed -- at least
)) AS "broken_count(paid after it was placed)"
FROM "shop"."orders";

-- cheap, alone (one of 4 questions of one scan)
SELECT
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
)) AS "row_count",
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
) AND NOT (
amount < 10 OR amount IS NULL
)) AS "broken_count(cheap)"
FROM "shop"."orders";
