-- sent for length(Order Id)
SELECT
  COUNT("Order Id") AS m0,
  COUNT(*) FILTER(WHERE CASE WHEN INSTR("Order Id", CHAR(0)) THEN dq_length("Order Id") ELSE LENGTH("Order Id") END < 1 OR CASE WHEN INSTR("Order Id", CHAR(0)) THEN dq_length("Order Id") ELSE LENGTH("Order Id") END > 20) AS m1
FROM "shop"."orders";

-- length(Order Id), alone (one of 2 questions of one scan)
SELECT
  COUNT("Order Id") AS "value_count(Order Id)",
  COUNT(*) FILTER(WHERE CASE WHEN INSTR("Order Id", CHAR(0)) THEN dq_length("Order Id") ELSE LENGTH("Order Id") END < 1 OR CASE WHEN INSTR("Order Id", CHAR(0)) THEN dq_length("Order Id") ELSE LENGTH("Order Id") END > 20) AS "wrong_length_count(Order Id)"
FROM "shop"."orders";
