-- sent for volume
SELECT
  COUNT(*) AS m0
FROM "shop"."orders";

-- volume, alone (in a scan of its own)
SELECT
  COUNT(*) AS "row_count"
FROM "shop"."orders";
