#include "redis/progress_scripts.h"

namespace antiphon::redis {

std::string_view write_script() {
  return R"(
local owner = tonumber(redis.call('HGET', KEYS[1], 't') or '-1')
if owner > tonumber(ARGV[1]) then return owner end
if ARGV[9] then redis.call('HSET', KEYS[1], 'r', ARGV[9], 'c', ARGV[8]) elseif owner < 0 then return -1 end
redis.call('HSET', KEYS[1], 't', ARGV[1], 'o', ARGV[2], 'p', ARGV[3], 'u', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
local now = tonumber(redis.call('TIME')[1])
if ARGV[6] == '1' then redis.call('ZADD', KEYS[2], now, ARGV[7]) else redis.call('ZREM', KEYS[2], ARGV[7]) end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - 30)
redis.call('ZREMRANGEBYSCORE', KEYS[2], now + 30, '+inf')
redis.call('ZADD', KEYS[3], now, ARGV[7])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - math.ceil(ARGV[5] / 1000))
redis.call('ZREMRANGEBYSCORE', KEYS[3], now + 30, '+inf')
redis.call('PEXPIRE', KEYS[3], ARGV[5])
return 0)";
}

std::string_view erase_script() {
  return R"(
if tonumber(redis.call('HGET', KEYS[1], 't') or '0') > tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[2])
redis.call('ZREM', KEYS[3], ARGV[2])
return 1)";
}

std::string_view claim_script() {
  return R"(
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
redis.call('HINCRBY', KEYS[1], 't', 1)
redis.call('HSET', KEYS[1], 'o', ARGV[1], 'u', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('ZADD', KEYS[2], redis.call('TIME')[1], ARGV[4])
return redis.call('HMGET', KEYS[1], 'r', 'p', 'o', 't', 'c', 'u'))";
}

std::string_view list_script() {
  return R"(
local now = tonumber(redis.call('TIME')[1])
return redis.call('ZRANGE', KEYS[1], now - 30, now + 30, 'BYSCORE', 'LIMIT', 0, ARGV[1]))";
}

}  // namespace antiphon::redis
