-- sent for completeness(Order Id)
SELECT
  COUNT(*) AS m0,
  COUNT(*) - COUNT("Order Id") AS m1
FROM "shop"."orders";

-- completeness(Order Id), alone (one of 2 questions of one scan)
SELECT
  COUNT(*) AS "row_count",
  COUNT(*) - COUNT("Order Id") AS "null_count(Order Id)"
FROM "shop"."orders";
