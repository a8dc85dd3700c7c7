-- sent for length(Order Id)
SELECT
  COUNT("Order Id") AS m0,
  COUNT(*) FILTER(WHERE LENGTH("Order Id") < 1 OR LENGTH("Order Id") > 20) AS m1
FROM "shop"."orders";

-- length(Order Id), alone (one of 2 questions of one scan)
SELECT
  COUNT("Order Id") AS "value_count(Order Id)",
  COUNT(*) FILTER(WHERE LENGTH("Order Id") < 1 OR LENGTH("Order Id") > 20) AS "wrong_length_count(Order Id)"
FROM "shop"."orders";
