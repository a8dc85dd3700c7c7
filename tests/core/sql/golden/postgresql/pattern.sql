-- sent for pattern(Order Id), e-mail, uuid, one line
SELECT
  COUNT("Order Id") AS m0,
  COUNT(*) FILTER(WHERE NOT "Order Id" ~ '^it''s \d+$') AS m1,
  COUNT("Order Id") FILTER(WHERE (
id = 1 OR id = 2
)) AS m2,
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
) AND "Order Id" ~ '
') AS m3,
  COUNT(*) FILTER(WHERE NOT CAST("Order Id" AS TEXT) COLLATE "C" ~ '\A(?:[0-9A-Za-z!#$%&''*+/=?^_`{|}~-](?:\.?[0-9A-Za-z!#$%&''*+/=?^_`{|}~-])*@(?:[0-9A-Za-z](?:-*[0-9A-Za-z])*\.)+[A-Za-z](?:-*[0-9A-Za-z])+)\Z') AS m4,
  COUNT(*) FILTER(WHERE NOT (CAST("Order Id" AS TEXT) COLLATE "C" LIKE '________-____-____-____-____________' AND CAST("Order Id" AS TEXT) COLLATE "C" ~ '\A(?:[0-9A-Fa-f]+(?:-[0-9A-Fa-f]+){4})\Z')) AS m5
FROM "shop"."orders";

-- pattern(Order Id), alone (one of 6 questions of one scan)
SELECT
  COUNT("Order Id") AS "value_count(Order Id)",
  COUNT(*) FILTER(WHERE NOT "Order Id" ~ '^it''s \d+$') AS "mismatch_count(Order Id)"
FROM "shop"."orders";

-- one line, alone (one of 6 questions of one scan)
SELECT
  COUNT("Order Id") FILTER(WHERE (
id = 1 OR id = 2
)) AS "value_count(Order Id)",
  COUNT(*) FILTER(WHERE (
id = 1 OR id = 2
) AND "Order Id" ~ '
') AS "mismatch_count(Order Id)"
FROM "shop"."orders";

-- e-mail, alone (one of 6 questions of one scan)
SELECT
  COUNT("Order Id") AS "value_count(Order Id)",
  COUNT(*) FILTER(WHERE NOT CAST("Order Id" AS TEXT) COLLATE "C" ~ '\A(?:[0-9A-Za-z!#$%&''*+/=?^_`{|}~-](?:\.?[0-9A-Za-z!#$%&''*+/=?^_`{|}~-])*@(?:[0-9A-Za-z](?:-*[0-9A-Za-z])*\.)+[A-Za-z](?:-*[0-9A-Za-z])+)\Z') AS "mismatch_count(Order Id)"
FROM "shop"."orders";

-- uuid, alone (one of 6 questions of one scan)
SELECT
  COUNT("Order Id") AS "value_count(Order Id)",
  COUNT(*) FILTER(WHERE NOT (CAST("Order Id" AS TEXT) COLLATE "C" LIKE '________-____-____-____-____________' AND CAST("Order Id" AS TEXT) COLLATE "C" ~ '\A(?:[0-9A-Fa-f]+(?:-[0-9A-Fa-f]+){4})\Z')) AS "mismatch_count(Order Id)"
FROM "shop"."orders";
