-- JSON for Lua 5.1 to 5.4. Null becomes nil; objects and arrays become tables.

local json = {}

local ESCAPES = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }
local WORDS = { ["true"] = true, ["false"] = false }

local parse

local function fail(at)
  error("no JSON at byte " .. at, 0)
end

local function character(code)
  if code < 0x80 then return string.char(code) end
  if code < 0x800 then return string.char(0xC0 + math.floor(code / 0x40), 0x80 + code % 0x40) end
  local last = { 0x80 + math.floor(code / 0x40) % 0x40, 0x80 + code % 0x40 }
  if code < 0x10000 then return string.char(0xE0 + math.floor(code / 0x1000), last[1], last[2]) end
  return string.char(0xF0 + math.floor(code / 0x40000), 0x80 + math.floor(code / 0x1000) % 0x40, last[1], last[2])
end

local function unescaped(text)
  text = text:gsub("\\u([dD][89abAB]%x%x)\\u([dD][c-fC-F]%x%x)", function(high, low)
    return character(0x10000 + (tonumber(high, 16) - 0xD800) * 0x400 + tonumber(low, 16) - 0xDC00)
  end)
  return (text:gsub("\\(u?)(.)(%x?%x?%x?)", function(unicode, first, rest)
    if unicode == "u" then return character(tonumber(first .. rest, 16)) end
    return (ESCAPES[first] or first) .. rest
  end))
end

local function parse_string(text, at)
  local from = at + 1
  while true do
    local mark = text:find('["\\]', at + 1) or fail(at)
    if text:sub(mark, mark) == '"' then return unescaped(text:sub(from, mark - 1)), mark + 1 end
    at = mark + 1
  end
end

-- Entries up to a closing bracket; `read` adds one and returns the position after it.
local function parse_list(text, at, closing, read)
  at = text:match("^%s*()", at + 1)
  while text:sub(at, at) ~= closing do
    at = text:match("^%s*()", read(at))
    local comma = text:match("^,%s*()", at)
    if not comma and text:sub(at, at) ~= closing then fail(at) end
    at = comma or at
  end
  return at + 1
end

local function parse_array(text, at)
  local array, length = {}, 0
  return array, parse_list(text, at, "]", function(from)
    local after
    length = length + 1
    array[length], after = parse(text, from)
    return after
  end)
end

local function parse_object(text, at)
  local object = {}
  return object, parse_list(text, at, "}", function(from)
    if text:sub(from, from) ~= '"' then fail(from) end
    local key, after = parse_string(text, from)
    object[key], after = parse(text, text:match("^%s*:%s*()", after) or fail(after))
    return after
  end)
end

function parse(text, at)
  local first = text:sub(at, at)
  if first == "{" then return parse_object(text, at) end
  if first == "[" then return parse_array(text, at) end
  if first == '"' then return parse_string(text, at) end
  local word, after = text:match("^(%a+)()", at)
  if word == "null" then return nil, after end
  if WORDS[word] ~= nil then return WORDS[word], after end
  local number, past = text:match("^(-?%d+%.?%d*[eE]?[+-]?%d*)()", at)
  return tonumber(number) or fail(at), past
end

-- The value of a text. Raises an error for anything but JSON.
function json.decode(text)
  local value, at = parse(text, text:match("^%s*()"))
  if text:find("%S", at) then fail(at) end
  return value
end

-- A flat object of texts, numbers and booleans.
function json.encode(object)
  local fields = {}
  for key, value in pairs(object) do
    if type(value) == "string" then
      value = '"' .. value:gsub('[%c"\\]', function(c) return string.format("\\u%04x", c:byte()) end) .. '"'
    end
    fields[#fields + 1] = string.format('"%s":%s', key, tostring(value))
  end
  table.sort(fields)
  return "{" .. table.concat(fields, ",") .. "}"
end

return json
