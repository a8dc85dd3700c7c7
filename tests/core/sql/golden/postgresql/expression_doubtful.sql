-- sent for open to doubt
SELECT
  COUNT(*) FILTER(WHERE NOT (
amount >= 0 AND "Order Id" <> E'it\'s'
)) AS m0
FROM "shop"."orders";

-- sent for cheap, open to doubt
SELECT
  COUNT(*) AS m0,
  COUNT(*) FILTER(WHERE NOT (
amount < 10 OR amount IS NULL
)) AS m1
FROM "shop"."orders";

-- cheap, alone (one of 2 questions of one scan)
SELECT
  COUNT(*) AS "row_count",
  COUNT(*) FILTER(WHERE NOT (
amount < 10 OR amount IS NULL
)) AS "broken_count(cheap)"
FROM "shop"."orders";

-- open to doubt, alone (one of 2 questions of one scan; in a scan of its own)
SELECT
  COUNT(*) AS "row_count",
  COUNT(*) FILTER(WHERE NOT (
amount >= 0 AND "Order Id" <> E'it\'s'
)) AS "broken_count(open to doubt)"
FROM "shop"."orders";
