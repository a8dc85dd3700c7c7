-- sent for distribution(id)
SELECT COUNT(DISTINCT "id") AS value
FROM "shop"."orders"
WHERE (
id > 0
) AND (
amount > 0 -- paid
);

-- sent for distribution(Order Id)
SELECT COUNT("Order Id") AS value
FROM (SELECT "Order Id" FROM "shop"."orders"
WHERE (
id > 0
) GROUP BY "Order Id") AS k;

-- sent for distribution(Order Id)
SELECT
  COUNT(*) - COUNT("Order Id") AS m0
FROM "shop"."orders"
WHERE (
id > 0
);

-- distribution(id), alone (by counting distinct integers)
SELECT COUNT(DISTINCT "id") AS value
FROM "shop"."orders"
WHERE (
id > 0
) AND (
amount > 0 -- paid
);

-- distribution(Order Id), alone (in a scan of its own; by grouping)
SELECT * FROM (
SELECT
  COUNT(*) - COUNT("Order Id") AS "missing(Order Id)"
FROM "shop"."orders"
WHERE (
id > 0
)
) AS s0 CROSS JOIN (
SELECT COUNT("Order Id") AS value
FROM (SELECT "Order Id" FROM "shop"."orders"
WHERE (
id > 0
) GROUP BY "Order Id") AS k
) AS s1;
