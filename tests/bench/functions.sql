abs | max(abs(i)) FROM f
mod | sum(mod(i, 7)) FROM f
sign | sum(sign(x)) FROM f
round to an integer | sum(round(x)) FROM f
round to two digits | max(round(x, 2)) FROM f
round of a decimal | sum(round(d, 1)) FROM f
floor | sum(floor(x)) FROM f
ceil | sum(ceil(x)) FROM f
trunc | sum(trunc(x)) FROM f
sqrt | sum(sqrt(x)) FROM f
cbrt | sum(cbrt(x)) FROM f
exp | sum(exp(x / 1000)) FROM f
ln | sum(ln(x + 1)) FROM f
log | sum(log(x + 1)) FROM f
power | sum(power(x, 1.5)) FROM f
sin | sum(sin(x)) FROM f
atan2 | sum(atan2(x, 2)) FROM f
degrees | sum(degrees(x)) FROM f
greatest | sum(greatest(i, k)) FROM f
nullif | sum(nullif(k, 5)) FROM f
coalesce | sum(coalesce(n, k)) FROM f
case | sum(CASE WHEN k < 10 THEN i WHEN k < 50 THEN 2 * i ELSE 0 END) FROM f
between | count(*) FROM f WHERE i + k BETWEEN 1000 AND 400000
in a list of numbers | count(*) FROM f WHERE k + 1 IN (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
integer to text | sum(length(i::varchar)) FROM f
decimal to text | sum(length(d::varchar)) FROM f
date to text | sum(length(day::varchar)) FROM f
timestamp to text | sum(length(ts::varchar)) FROM f
text to integer | sum(digits::int) FROM f
text to decimal | sum(digits::decimal(18,2)) FROM f
text to date | max(iso::date) FROM f
length | sum(length(url)) FROM f
octet_length | sum(octet_length(url)) FROM f | sum(strlen(url)) FROM f
upper | max(upper(word)) FROM f
upper of many values | max(upper(digits || word)) FROM f
lower | max(lower(url)) FROM f
substring | max(substring(url, 9, 12)) FROM f
left | max(left(url, 20)) FROM f
right | max(right(url, 8)) FROM f
trim | max(trim(padded)) FROM f
replace | max(replace(url, 'item', 'thing')) FROM f
reverse | max(reverse(word)) FROM f
reverse of many values | max(reverse(digits)) FROM f
|| | max(word || '-' || url) FROM f
repeat | max(repeat(word, 3)) FROM f
lpad | max(lpad(word, 20, '*')) FROM f
split_part | max(split_part(url, '/', 3)) FROM f
strpos | sum(strpos(url, 'item')) FROM f
translate | max(translate(url, 'aeiou', 'AEIOU')) FROM f
ascii | sum(ascii(word)) FROM f
md5 | max(md5(word)) FROM f
md5 of many values | max(md5(digits)) FROM f
sha2 | max(sha2(word, 256)) FROM f | max(sha256(word)) FROM f
sha2 of many values | max(sha2(digits, 256)) FROM f | max(sha256(digits)) FROM f
to_hex | sum(length(to_hex(i))) FROM f
in a list of texts | count(*) FROM f WHERE word IN ('hotel', 'music', 'river', 'chicken', 'planet', 'train', 'museum', 'boots')
LIKE with a beginning | count(*) FROM f WHERE url LIKE 'https://g%'
LIKE with a part | count(*) FROM f WHERE url LIKE '%item11%'
LIKE with parts | count(*) FROM f WHERE url LIKE '%example%item_1%7%'
ILIKE | count(*) FROM f WHERE url ILIKE '%ITEM11%'
regular expression matches | count(*) FROM f WHERE url ~ 'item[0-9]{4}$' | count(*) FROM f WHERE regexp_matches(url, 'item[0-9]{4}$')
regexp_replace | max(regexp_replace(url, '[0-9]+', '#')) FROM f | max(regexp_replace(url, '[0-9]+', '#', 'g')) FROM f
regexp_substr | max(regexp_substr(url, '[a-z]+[0-9]+')) FROM f | max(regexp_extract(url, '[a-z]+[0-9]+')) FROM f
year | sum(extract(year FROM ts)) FROM f
day of the week | sum(extract(dow FROM ts)) FROM f
hour | sum(extract(hour FROM ts)) FROM f
epoch | sum(extract(epoch FROM day)) FROM f
date_trunc to months | max(date_trunc('month', ts)) FROM f
date_trunc to hours | max(date_trunc('hour', ts)) FROM f
dateadd of days | max(dateadd(day, k, ts)) FROM f | max(ts + to_days(k)) FROM f
dateadd of months | max(dateadd(month, k, ts)) FROM f | max(ts + to_months(k)) FROM f
datediff | sum(datediff(day, day, ts)) FROM f | sum(date_diff('day', day, ts)) FROM f
plus an interval | max(ts + interval '3 hours') FROM f
last_day | max(last_day(day)) FROM f
to_char | max(to_char(ts, 'YYYY-MM-DD HH24:MI')) FROM f | max(strftime(ts, '%Y-%m-%d %H:%M')) FROM f
to_date | max(to_date(iso, 'YYYY-MM-DD')) FROM f | max(strptime(iso, '%Y-%m-%d')::date) FROM f
JSON path | max(json_extract_path_text(doc, 'a', 'b')) FROM f | max(json_extract_string(doc, '$.a.b')) FROM f
