-- Culling with Photo Critic, without a word of Lightroom or darktable: both hand in how to send requests and sleep.
--
-- A photo is a table with `path`, `rating` (0 to 5) and `flag` (1 picked, 0 none, -1 rejected).
-- `http` has three functions; both requests return the status and the body:
--   http.request(method, url, headers, body)     body: a text of JSON, or nil
--   http.upload(url, headers, paths)             a multipart request with a part `file` for each path
--   http.sleep(seconds)

return function(json)
  local critic = {}
  local Server = {}
  Server.__index = Server

  local BATCH, PAGE, POLL_SECONDS, ATTEMPTS = 10, 1000, 2, 300
  local FLAGS = { [1] = "pick", [-1] = "reject" }
  local STAR_PERCENTS = { 20, 40, 60, 80 } -- of the keepers that a keeper surpasses: for 2, 3, 4, 5 stars

  function critic.server(url, api_key, http)
    return setmetatable({ url = url:gsub("/+$", ""), key = api_key, http = http }, Server)
  end

  local function is_pending(status, value)
    local is_busy = status == 429 and (value.code == "overloaded" or value.code == "rate_limited")
    return is_busy or (status == 202 and value.code ~= nil)
  end

  function Server:headers(more)
    local headers = more or {}
    if self.key and self.key ~= "" then headers["X-API-Key"] = self.key end
    return headers
  end

  -- The value of a response, requested again while the server is busy or computes it.
  function Server:value(request)
    local detail = "Photo Critic is busy; try again later."
    for _ = 1, ATTEMPTS do
      local status, body = request()
      local decoded, value = pcall(json.decode, body or "")
      if not status or not decoded or type(value) ~= "table" then
        error("Photo Critic does not answer at " .. self.url .. ".", 0)
      end
      if status >= 200 and status < 300 and not is_pending(status, value) then return value end
      detail = value.detail or detail
      if not is_pending(status, value) then break end
      self.http.sleep(POLL_SECONDS)
    end
    error(detail, 0)
  end

  function Server:call(method, path, body)
    local headers = self:headers(body and { ["Content-Type"] = "application/json" })
    return self:value(function()
      return self.http.request(method, self.url .. path, headers, body and json.encode(body))
    end)
  end

  -- Uploads photos in batches; sets `id` or `problem` of each photo.
  function Server:send(album, photos, progress)
    for first = 1, #photos, BATCH do
      local paths = {}
      for number = first, math.min(first + BATCH - 1, #photos) do paths[#paths + 1] = photos[number].path end
      local answer = self:value(function()
        return self.http.upload(self.url .. "/v1/albums/" .. album .. "/photos", self:headers(), paths)
      end)
      for number, receipt in ipairs(answer.photos) do
        local photo = photos[first + number - 1]
        photo.id = receipt.photo and receipt.photo.id
        photo.problem = receipt.problem and receipt.problem.detail
      end
      progress(first + #paths - 1, #photos)
    end
  end

  -- Stars and flags of people, as decisions of the album: the proposal respects them.
  function Server:decide(album, photos)
    for _, photo in ipairs(photos) do
      local choice = { flag = FLAGS[photo.flag], stars = photo.rating and photo.rating > 0 and photo.rating or nil }
      if photo.id and next(choice) then
        self:call("PUT", "/v1/albums/" .. album .. "/photos/" .. photo.id .. "/decision", choice)
      end
    end
  end

  function Server:wait(album)
    while self:call("GET", "/v1/albums/" .. album .. "?limit=1").album.counts.pending > 0 do
      self.http.sleep(POLL_SECONDS)
    end
  end

  -- The proposals by the ids of photos.
  function Server:selection(album, keep)
    local proposals, cursor = {}, nil
    repeat
      local page = string.format("?keep=%s&limit=%d", tostring(keep), PAGE) .. (cursor and "&cursor=" .. cursor or "")
      local answer = self:call("GET", "/v1/albums/" .. album .. "/selection" .. page)
      for _, proposal in ipairs(answer.photos) do proposals[proposal.id] = proposal end
      cursor = answer.next_cursor
    until not cursor
    return proposals
  end

  -- Sends photos and returns the changes to make. `options`: name, keep, stars (true: also by rank).
  function critic.cull(server, photos, options, progress)
    local album = server:call("POST", "/v1/albums", { name = options.name }).id
    server:send(album, photos, progress)
    server:wait(album)
    server:decide(album, photos)
    return critic.changes(photos, server:selection(album, options.keep), options.stars)
  end

  local function stars_of(proposal)
    local stars = 1
    for _, percent in ipairs(STAR_PERCENTS) do
      if (proposal.keeper_percent or 0) > percent then stars = stars + 1 end
    end
    return stars
  end

  -- Picks for keepers, and stars on request; a flag or a rating that exists stays, and nothing is rejected.
  function critic.changes(photos, proposals, with_stars)
    local changes = {}
    for _, photo in ipairs(photos) do
      local proposal = photo.id and proposals[photo.id]
      if proposal and proposal.verdict == "keep" then
        local change = { photo = photo, reason = proposal.reasons[1] and proposal.reasons[1].sentence or "" }
        if (photo.flag or 0) == 0 then change.flag = 1 end
        if with_stars and (photo.rating or 0) == 0 then change.rating = stars_of(proposal) end
        if change.flag or change.rating then changes[#changes + 1] = change end
      end
    end
    return changes
  end

  local function words(change)
    local stars = change.rating and change.rating .. " stars"
    return change.flag and stars and "pick, " .. stars or stars or "pick"
  end

  -- A line a change and a problem: what a dry run shows.
  function critic.report(photos, changes)
    local lines = {}
    local function add(photo, text) lines[#lines + 1] = photo.path:match("[^/\\]*$") .. ": " .. text end
    for _, change in ipairs(changes) do add(change.photo, words(change) .. ". " .. change.reason) end
    for _, photo in ipairs(photos) do
      if photo.problem then add(photo, photo.problem) end
    end
    return table.concat(lines, "\n")
  end

  return critic
end
