-- sent for values(Order Id), values(id), values(rate), values(placed)
SELECT
  COUNT("Order Id") AS m0,
  COUNT(*) FILTER(WHERE NOT "Order Id" IN ('it''s', '-1')) AS m1,
  COUNT("id") FILTER(WHERE (
amount > 0 -- paid
)) AS m2,
  COUNT(*) FILTER(WHERE (
amount > 0 -- paid
) AND NOT "id" IN (1, (-2), 'N/A')) AS m3,
  COUNT("rate") AS m4,
  COUNT(*) FILTER(WHERE "rate" IN (0.1, 'NaN')) AS m5,
  COUNT("placed") AS m6,
  COUNT(*) FILTER(WHERE DQ_MOMENT_OR_SELF("placed", 'date') IN ('1900-01-01')) AS m7
FROM "shop"."orders";

-- values(Order Id), alone (one of 8 questions of one scan)
SELECT
  COUNT("Order Id") AS "value_count(Order Id)",
  COUNT(*) FILTER(WHERE NOT "Order Id" IN ('it''s', '-1')) AS "invalid_count(Order Id)"
FROM "shop"."orders";

-- values(id), alone (one of 8 questions of one scan)
SELECT
  COUNT("id") FILTER(WHERE (
amount > 0 -- paid
)) AS "value_count(id)",
  COUNT(*) FILTER(WHERE (
amount > 0 -- paid
) AND NOT "id" IN (1, (-2), 'N/A')) AS "invalid_count(id)"
FROM "shop"."orders";

-- values(rate), alone (one of 8 questions of one scan)
SELECT
  COUNT("rate") AS "value_count(rate)",
  COUNT(*) FILTER(WHERE "rate" IN (0.1, 'NaN')) AS "invalid_count(rate)"
FROM "shop"."orders";

-- values(placed), alone (one of 8 questions of one scan)
SELECT
  COUNT("placed") AS "value_count(placed)",
  COUNT(*) FILTER(WHERE DQ_MOMENT_OR_SELF("placed", 'date') IN ('1900-01-01')) AS "invalid_count(placed)"
FROM "shop"."orders";
