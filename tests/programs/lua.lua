#!/usr/bin/lua5.4
-- SPDX-License-Identifier: MIT
-- lua: files, popen, os, garbage, coroutines.
print(_VERSION, math.type(3), 7 // 2, 2 ^ 53, string.format("%5.2f|%x|%q", 3.14159, 255, "a\nb"))
local name = os.tmpname()
local file <close> = assert(io.open(name, "w+")); for i = 1, 1000 do file:write(i, "\n") end; file:seek("set", 0)
local sum = 0; for n in file:lines("n") do sum = sum + n end; print(sum, file:seek("end"))
local pipe = io.popen("tr a-z A-Z; exit 3", "w"); pipe:write("written to a pipe\n"); print(pipe:close())
local reader = io.popen("seq 3"); for line in reader:lines() do io.write(line, " ") end; print(reader:close())
print(os.execute("kill -15 $$")); print(os.remove(name)); print(os.remove(name) == nil); print(io.open("/no/such"))
local function gen(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i) end end) end
local total = 0; for i in gen(10000) do total = total + i end; print(total)
local big = {}; for i = 1, 200000 do big[i] = { i, tostring(i) } end; big = nil; collectgarbage(); print(collectgarbage("count") < 20000)
print(os.time({ year = 2001, month = 9, day = 9, hour = 1, min = 46, sec = 40 }) ~= nil, os.date("!%F %T", 1000000000), os.getenv("HOME"), os.clock() >= 0)
print(select(2, pcall(error, { code = 1 })).code); print(select("#", table.unpack({ 1, 2, 3 }, 1, 250))); print(("x"):rep(3, ","), utf8.char(228, 8364), #utf8.char(8364))
os.exit(5, true)
