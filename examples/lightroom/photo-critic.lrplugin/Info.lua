-- Photo Critic for Lightroom Classic: File > Plug-in Manager > Add, then Library > Plug-in Extras.

return {
  LrSdkVersion = 10.0,
  LrSdkMinimumVersion = 6.0,
  LrToolkitIdentifier = "com.github.photo-critic",
  LrPluginName = "Photo Critic",
  LrLibraryMenuItems = {
    { title = "Propose keepers (changes nothing)", file = "DryRun.lua", enabledWhen = "photosSelected" },
    { title = "Pick keepers", file = "Pick.lua", enabledWhen = "photosSelected" },
  },
  LrPluginInfoProvider = "Settings.lua",
}
