SELECT count(*) FROM events;
SELECT count(*) FROM events WHERE flag_20 <> 0;
SELECT sum(latency_ms), count(*), avg(screen_width::float8) FROM events;
SELECT count(DISTINCT user_id) FROM events;
SELECT count(DISTINCT search_phrase) FROM events;
SELECT min(event_date), max(event_date), max(event_time) FROM events;
SELECT os, count(*) AS n FROM events WHERE is_bot = 0 GROUP BY os ORDER BY n DESC, os;
SELECT region_id, count(DISTINCT user_id) AS users FROM events GROUP BY region_id ORDER BY users DESC, region_id LIMIT 10;
SELECT region_id, sum(bytes_sent), count(*) AS n, avg(latency_ms::float8), count(DISTINCT session_id)
FROM events GROUP BY region_id ORDER BY n DESC, region_id LIMIT 10;
SELECT device, count(DISTINCT user_id) AS users FROM events WHERE device <> '' GROUP BY device ORDER BY users DESC, device LIMIT 10;
SELECT os, device, count(DISTINCT user_id) AS users FROM events WHERE device <> ''
GROUP BY os, device ORDER BY users DESC, os, device LIMIT 10;
SELECT search_phrase, count(*) AS n FROM events WHERE search_phrase <> '' GROUP BY search_phrase ORDER BY n DESC, search_phrase LIMIT 10;
SELECT search_phrase, count(DISTINCT user_id) AS users FROM events WHERE search_phrase <> ''
GROUP BY search_phrase ORDER BY users DESC, search_phrase LIMIT 10;
SELECT browser, search_phrase, count(*) AS n FROM events WHERE search_phrase <> ''
GROUP BY browser, search_phrase ORDER BY n DESC, browser, search_phrase LIMIT 10;
SELECT user_id, count(*) AS n FROM events GROUP BY user_id ORDER BY n DESC, user_id LIMIT 10;
SELECT user_id, search_phrase, count(*) AS n FROM events GROUP BY user_id, search_phrase ORDER BY n DESC, user_id, search_phrase LIMIT 10;
SELECT user_id, extract(minute FROM event_time) AS m, search_phrase, count(*) AS n FROM events
GROUP BY user_id, m, search_phrase ORDER BY n DESC, user_id, m, search_phrase LIMIT 10;
SELECT event_time, url, latency_ms FROM events WHERE user_id = 2305822953229216 ORDER BY event_time;
SELECT count(*) FROM events WHERE url LIKE '%recipe%';
SELECT search_phrase, min(url), count(*) AS n FROM events WHERE url LIKE '%recipe%' AND search_phrase <> ''
GROUP BY search_phrase ORDER BY n DESC, search_phrase LIMIT 10;
SELECT search_phrase, min(url), min(title), count(*) AS n, count(DISTINCT user_id) FROM events
WHERE title LIKE '%museum%' AND url NOT LIKE '%.example.org%' AND search_phrase <> ''
GROUP BY search_phrase ORDER BY n DESC, search_phrase LIMIT 10;
SELECT event_id, event_time, url, referrer, title, country, device, param_00 FROM events WHERE url LIKE '%debug=probe%'
ORDER BY event_time, event_id LIMIT 10;
SELECT event_id, search_phrase FROM events WHERE search_phrase <> '' ORDER BY event_time, event_id LIMIT 10;
SELECT event_id, search_phrase FROM events WHERE search_phrase <> '' ORDER BY search_phrase, event_id LIMIT 10;
SELECT site_id, avg(length(url)::float8) AS l, count(*) AS n FROM events WHERE url <> ''
GROUP BY site_id HAVING count(*) > 5000 ORDER BY l DESC, site_id LIMIT 25;
SELECT split_part(referrer, '/', 3) AS host, avg(length(referrer)::float8) AS l, count(*) AS n, min(referrer)
FROM events WHERE referrer <> '' GROUP BY 1 HAVING count(*) > 1000 ORDER BY l DESC, host LIMIT 25;
SELECT sum(metric_00), sum(metric_00 + 1), sum(metric_00 + 2), sum(metric_00 + 3), sum(metric_00 + 4), sum(metric_00 + 5),
  sum(metric_00 + 6), sum(metric_00 + 7), sum(metric_00 + 8), sum(metric_00 + 9), sum(metric_00 + 10), sum(metric_00 + 11),
  sum(metric_00 + 12), sum(metric_00 + 13), sum(metric_00 + 14), sum(metric_00 + 15), sum(metric_00 + 16), sum(metric_00 + 17)
FROM events;
SELECT browser, ip, count(*) AS n, sum(is_refresh), avg(screen_width::float8) FROM events WHERE search_phrase <> ''
GROUP BY browser, ip ORDER BY n DESC, browser, ip LIMIT 10;
SELECT event_id, ip, count(*) AS n, sum(is_refresh), avg(screen_width::float8) FROM events WHERE search_phrase <> ''
GROUP BY event_id, ip ORDER BY n DESC, event_id, ip LIMIT 10;
SELECT event_id, ip, count(*) AS n, sum(is_refresh) FROM events GROUP BY event_id, ip ORDER BY n DESC, event_id, ip LIMIT 10;
SELECT url, count(*) AS n FROM events GROUP BY url ORDER BY n DESC, url LIMIT 10;
SELECT 1 AS one, url, count(*) AS n FROM events GROUP BY 1, 2 ORDER BY n DESC, url LIMIT 10;
SELECT ip, ip - 1 AS a, ip - 2 AS b, ip - 3 AS c, count(*) AS n FROM events GROUP BY 1, 2, 3, 4 ORDER BY n DESC, ip LIMIT 10;
SELECT url, count(*) AS views FROM events WHERE site_id = 12 AND event_date BETWEEN '2026-01-05' AND '2026-01-20'
  AND is_refresh = 0 AND url <> '' GROUP BY url ORDER BY views DESC, url LIMIT 10;
SELECT title, count(*) AS views FROM events WHERE site_id = 12 AND event_date BETWEEN '2026-01-05' AND '2026-01-20'
  AND is_bot = 0 AND title <> '' GROUP BY title ORDER BY views DESC, title LIMIT 10 OFFSET 100;
SELECT country, os, browser, CASE WHEN search_phrase = '' THEN 'direct' ELSE 'search' END AS way, url, count(*) AS views
FROM events WHERE site_id = 40 AND is_refresh = 0 GROUP BY 1, 2, 3, 4, 5 ORDER BY views DESC, 1, 2, 3, 4, 5 LIMIT 10;
SELECT date_trunc('minute', event_time) AS m, count(*) AS views FROM events
WHERE event_date BETWEEN '2026-01-14' AND '2026-01-15' AND flag_01 = 1 GROUP BY 1 ORDER BY 1 LIMIT 10 OFFSET 1000;
SELECT country, count(*) AS n, count(price), sum(price), min(price), max(price) FROM events WHERE price IS NOT NULL
GROUP BY country ORDER BY n DESC, country;
SELECT event_date, count(DISTINCT user_id) AS users, count(DISTINCT session_id) AS sessions, sum(price) FROM events
WHERE is_bot = 0 AND flag_05 = 0 AND metric_10 > 20 AND param_03 = '' AND country IN ('de', 'fr', 'nz')
GROUP BY event_date ORDER BY event_date;
SELECT user_id, event_time, url FROM (
  SELECT user_id, event_time, url, row_number() OVER (PARTITION BY user_id ORDER BY event_time DESC, event_id) AS r
  FROM events WHERE site_id BETWEEN 20 AND 30) AS x
WHERE r = 1 ORDER BY event_time DESC, user_id LIMIT 20
