-- The plug-in's section of the Plug-in Manager.

local LrPrefs = import "LrPrefs"
local LrView = import "LrView"

local function field(view, preferences, title, key)
  return view:row {
    view:static_text { title = title, width = LrView.share "label" },
    view:edit_field { value = LrView.bind { key = key, object = preferences }, width_in_chars = 40 },
  }
end

return {
  sectionsForTopOfDialog = function(view)
    local preferences = LrPrefs.prefsForPlugin()
    preferences.url = preferences.url or "http://127.0.0.1:8000"
    preferences.keep = preferences.keep or "0.2"
    return {
      {
        title = "Photo Critic",
        field(view, preferences, "Address", "url"),
        field(view, preferences, "API key", "api_key"),
        field(view, preferences, "Pictures to keep, or share", "keep"),
        view:checkbox { title = "Stars by rank", value = LrView.bind { key = "stars", object = preferences } },
      },
    }
  end,
}
