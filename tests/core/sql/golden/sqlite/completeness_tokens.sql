-- sent for completeness(id), completeness(Order Id), completeness(amount), completeness(rate), completeness(placed), completeness(paid)
SELECT
  COUNT(*) AS m0,
  COUNT(*) FILTER(WHERE "id" IS NULL OR "id" = (-1) OR "id" = '' OR "id" = 0) AS m1,
  COUNT(*) FILTER(WHERE "Order Id" IS NULL OR "Order Id" = 'it''s' OR "Order Id" = '-1') AS m2,
  COUNT(*) FILTER(WHERE "amount" IS NULL OR "amount" = 0.1 OR "amount" = 'NaN') AS m3,
  COUNT(*) FILTER(WHERE "rate" IS NULL OR "rate" = 0.1) AS m4,
  COUNT(*) FILTER(WHERE "placed" IS NULL OR DQ_MOMENT_OR_SELF("placed", 'date') = '1900-01-01') AS m5,
  COUNT(*) FILTER(WHERE "paid" IS NULL OR DQ_MOMENT_OR_SELF("paid", 'timestamptz') = '1900-01-01T00:00:00' OR DQ_MOMENT_OR_SELF("paid", 'timestamptz') = 'infinity') AS m6
FROM "shop"."orders";

-- completeness(id), alone (one of 7 questions of one scan)
SELECT
  COUNT(*) AS "row_count",
  COUNT(*) FILTER(WHERE "id" IS NULL OR "id" = (-1) OR "id" = '' OR "id" = 0) AS "null_count(id)"
FROM "shop"."orders";

-- completeness(Order Id), alone (one of 7 questions of one scan)
SELECT
  COUNT(*) AS "row_count",
  COUNT(*) FILTER(WHERE "Order Id" IS NULL OR "Order Id" = 'it''s' OR "Order Id" = '-1') AS "null_count(Order Id)"
FROM "shop"."orders";

-- completeness(amount), alone (one of 7 questions of one scan)
SELECT
  COUNT(*) AS "row_count",
  COUNT(*) FILTER(WHERE "amount" IS NULL OR "amount" = 0.1 OR "amount" = 'NaN') AS "null_count(amount)"
FROM "shop"."orders";

-- completeness(rate), alone (one of 7 questions of one scan)
SELECT
  COUNT(*) AS "row_count",
  COUNT(*) FILTER(WHERE "rate" IS NULL OR "rate" = 0.1) AS "null_count(rate)"
FROM "shop"."orders";

-- completeness(placed), alone (one of 7 questions of one scan)
SELECT
  COUNT(*) AS "row_count",
  COUNT(*) FILTER(WHERE "placed" IS NULL OR DQ_MOMENT_OR_SELF("placed", 'date') = '1900-01-01') AS "null_count(placed)"
FROM "shop"."orders";

-- completeness(paid), alone (one of 7 questions of one scan)
SELECT
  COUNT(*) AS "row_count",
  COUNT(*) FILTER(WHERE "paid" IS NULL OR DQ_MOMENT_OR_SELF("paid", 'timestamptz') = '1900-01-01T00:00:00' OR DQ_MOMENT_OR_SELF("paid", 'timestamptz') = 'infinity') AS "null_count(paid)"
FROM "shop"."orders";
