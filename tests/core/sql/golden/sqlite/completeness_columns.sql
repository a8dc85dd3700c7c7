-- sent for completeness(id, Order Id)
SELECT
  COUNT(*) FILTER(WHERE (
placed IS NULL
)) AS m0,
  COUNT(*) FILTER(WHERE (
placed IS NULL
) AND ("id" IS NULL OR "id" = '' OR "id" = (-1) OR "Order Id" IS NULL OR "Order Id" = '' OR "Order Id" = '-1')) AS m1
FROM "shop"."orders";

-- completeness(id, Order Id), alone (one of 2 questions of one scan)
SELECT
  COUNT(*) FILTER(WHERE (
placed IS NULL
)) AS "row_count",
  COUNT(*) FILTER(WHERE (
placed IS NULL
) AND ("id" IS NULL OR "id" = '' OR "id" = (-1) OR "Order Id" IS NULL OR "Order Id" = '' OR "Order Id" = '-1')) AS "null_count(id, Order Id)"
FROM "shop"."orders";
