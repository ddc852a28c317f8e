require("Cull").start(false)
