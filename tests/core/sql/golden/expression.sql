-- sent for open to doubt
SELECT
  COUNT(*) FILTER(WHERE NOT (
amount >= 0 AND "Order Id" <> E'it\'s'
)) AS m0
FROM "shop"."orders";

-- sent for paid after it was placed, open to doubt, cheap
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

-- open to doubt, alone (one of 4 questions of one scan; in a scan of its own)
SELECT
  COUNT(*) AS "row_count",
  COUNT(*) FILTER(WHERE NOT (
amount >= 0 AND "Order Id" <> E'it\'s'
)) AS "broken_count(open to doubt)"
FROM "shop"."orders";
