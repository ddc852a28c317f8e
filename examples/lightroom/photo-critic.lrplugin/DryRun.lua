require("Cull").start(true)
