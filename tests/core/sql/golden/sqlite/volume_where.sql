-- sent for volume
SELECT
  COUNT(*) FILTER(WHERE (
amount > 10 OR amount IS NULL -- the large ones
)) AS m0
FROM "shop"."orders";

-- volume, alone (in a scan of its own)
SELECT
  COUNT(*) FILTER(WHERE (
amount > 10 OR amount IS NULL -- the large ones
)) AS "row_count"
FROM "shop"."orders";
