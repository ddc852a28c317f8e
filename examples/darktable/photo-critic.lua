-- Photo Critic for darktable on Linux and macOS: actions of "selected images", with curl.
--
--   mkdir -p ~/.config/darktable/lua/photo-critic
--   cp examples/darktable/photo-critic.lua examples/lightroom/photo-critic.lrplugin/{critic,json}.lua \
--     ~/.config/darktable/lua/photo-critic
--   echo 'require "photo-critic/photo-critic"' >> ~/.config/darktable/luarc

local dt = require "darktable"
local critic = require "photo-critic/critic"(require "photo-critic/json")

local NAME, TAG = "photo-critic", "Photo Critic keep"

local function quoted(text)
  return '"' .. text:gsub('[\\"]', "\\%0"):gsub("\n", "\\n") .. '"'
end

-- Runs curl with these options, which are in no list of processes. Returns status and body.
local function curl(options)
  local config, body, status = os.tmpname(), os.tmpname(), os.tmpname()
  local file = assert(io.open(config, "w"))
  options[#options + 1] = "output = " .. quoted(body)
  file:write(table.concat(options, "\n"), "\n")
  file:close()
  dt.control.execute("curl --silent --globoff --write-out '%{http_code}' --config " .. config .. " > " .. status)
  local texts = {}
  for number, path in ipairs { status, body, config } do
    local opened = io.open(path, "rb")
    texts[number] = opened and opened:read("*a")
    if opened then opened:close() end
    os.remove(path)
  end
  local code = tonumber(texts[1])
  return code ~= 0 and code or nil, texts[2]
end

local function options_for(url, headers)
  local options = { "url = " .. quoted(url) }
  for name, value in pairs(headers) do options[#options + 1] = "header = " .. quoted(name .. ": " .. value) end
  return options
end

local http = {}

function http.sleep(seconds) dt.control.sleep(1000 * seconds) end

function http.request(method, url, headers, body)
  local options = options_for(url, headers)
  options[#options + 1] = "request = " .. method
  if body then options[#options + 1] = "data-raw = " .. quoted(body) end
  return curl(options)
end

function http.upload(url, headers, paths)
  local options = options_for(url, headers)
  for _, path in ipairs(paths) do options[#options + 1] = "form = " .. quoted("file=@" .. quoted(path)) end
  return curl(options)
end

-- darktable has stars and rejection, and no flag: a picked photo gets a tag.
local function photos_of(images)
  local photos = {}
  for number, image in ipairs(images) do
    local path = image.path .. "/" .. image.filename
    photos[number] = {
      image = image, path = path, rating = math.max(image.rating, 0), flag = image.rating < 0 and -1 or 0,
    }
  end
  return photos
end

local function apply(changes)
  local tag = dt.tags.create(TAG)
  for _, change in ipairs(changes) do
    local image = change.photo.image
    if change.flag then dt.tags.attach(tag, image) end
    if change.rating and image.rating == 0 then image.rating = change.rating end
  end
end

local function preference(name, kind)
  return dt.preferences.read(NAME, name, kind)
end

local function cull(images, is_dry_run)
  local job = dt.gui.create_job("Photo Critic", true)
  local photos = photos_of(images)
  local server = critic.server(preference("url", "string"), preference("api_key", "string"), http)
  local options = { name = "darktable", keep = preference("keep", "string"), stars = preference("stars", "bool") }
  local done, changes = pcall(critic.cull, server, photos, options, function(sent, total) job.percent = sent / total end)
  job.valid = false
  if not done then return dt.print(changes) end
  if not is_dry_run then apply(changes) end
  dt.print(#changes .. " of " .. #photos .. " photos to keep")
  dt.print_log(critic.report(photos, changes))
end

dt.preferences.register(NAME, "url", "string", "Photo Critic: address", "Address of the server", "http://127.0.0.1:8000")
dt.preferences.register(NAME, "api_key", "string", "Photo Critic: API key", "For a server with API keys", "")
dt.preferences.register(NAME, "keep", "string", "Photo Critic: keep", "Number or share of pictures", "0.2")
dt.preferences.register(NAME, "stars", "bool", "Photo Critic: stars by rank", "For keepers without stars", false)

dt.gui.libs.image.register_action(NAME .. "-dry-run", "propose keepers (changes nothing)", function(_, images)
  cull(images, true)
end, "prints the proposal with -d lua")
dt.gui.libs.image.register_action(NAME, "tag keepers", function(_, images)
  cull(images, false)
end, "sends the selected photos to Photo Critic and tags the keepers")
