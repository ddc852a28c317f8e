-- The selected photos, their originals sent to Photo Critic, and picks and stars back into the catalogue.

local LrApplication = import "LrApplication"
local LrDialogs = import "LrDialogs"
local LrFunctionContext = import "LrFunctionContext"
local LrHttp = import "LrHttp"
local LrPathUtils = import "LrPathUtils"
local LrPrefs = import "LrPrefs"
local LrProgressScope = import "LrProgressScope"
local LrTasks = import "LrTasks"

local critic = require("critic")(require("json"))

local TIMEOUT_SECONDS = 600

local function fields_of(headers)
  local fields = {}
  for name, value in pairs(headers) do fields[#fields + 1] = { field = name, value = value } end
  return fields
end

local http = { sleep = LrTasks.sleep }

function http.request(method, url, headers, body)
  local text, reply
  if method == "GET" then
    text, reply = LrHttp.get(url, fields_of(headers), TIMEOUT_SECONDS)
  else
    text, reply = LrHttp.post(url, body or "", fields_of(headers), method, TIMEOUT_SECONDS)
  end
  return reply and reply.status, text
end

function http.upload(url, headers, paths)
  local parts = {}
  for number, path in ipairs(paths) do
    parts[number] = {
      name = "file", fileName = LrPathUtils.leafName(path), filePath = path, contentType = "application/octet-stream",
    }
  end
  local text, reply = LrHttp.postMultipart(url, parts, fields_of(headers), TIMEOUT_SECONDS)
  return reply and reply.status, text
end

local function selected_photos(catalog)
  local photos = {}
  for _, photo in ipairs(catalog:getTargetPhotos()) do
    if not photo:getRawMetadata("isVideo") and not photo:getRawMetadata("isVirtualCopy") then
      photos[#photos + 1] = {
        item = photo,
        path = photo:getRawMetadata("path"),
        rating = photo:getRawMetadata("rating") or 0,
        flag = photo:getRawMetadata("pickStatus") or 0,
      }
    end
  end
  return photos
end

local function apply(catalog, changes)
  catalog:withWriteAccessDo("Photo Critic", function()
    for _, change in ipairs(changes) do
      local photo = change.photo.item
      -- A person may have decided meanwhile.
      if change.flag and photo:getRawMetadata("pickStatus") == 0 then
        photo:setRawMetadata("pickStatus", change.flag)
      end
      if change.rating and (photo:getRawMetadata("rating") or 0) == 0 then
        photo:setRawMetadata("rating", change.rating)
      end
    end
  end, { timeout = 30 })
end

local function cull(context, is_dry_run)
  local catalog, preferences = LrApplication.activeCatalog(), LrPrefs.prefsForPlugin()
  local progress = LrProgressScope { title = "Photo Critic", functionContext = context }
  local photos = selected_photos(catalog)
  local server = critic.server(preferences.url or "http://127.0.0.1:8000", preferences.api_key, http)
  local options = { name = "Lightroom", keep = preferences.keep or "0.2", stars = preferences.stars }
  local changes = critic.cull(server, photos, options, function(done, total)
    progress:setPortionComplete(done, total)
  end)
  if not is_dry_run then apply(catalog, changes) end
  local verb = is_dry_run and "would change" or "changed"
  LrDialogs.message(#changes .. " of " .. #photos .. " photos " .. verb, critic.report(photos, changes), "info")
end

local module = {}

function module.start(is_dry_run)
  LrFunctionContext.postAsyncTaskWithContext("Photo Critic", function(context)
    LrDialogs.attachErrorDialogToFunctionContext(context)
    cull(context, is_dry_run)
  end)
end

return module
