"""`python -m critic_inference`: serve the models of CRITIC_MODEL_REPOSITORY until SIGTERM or Ctrl-C."""

import asyncio
import signal

from critic_core.runtime.logs import configure
from critic_inference.server import InferenceServer
from critic_inference.settings import InferenceSettings

SIGNALS = (signal.SIGTERM, signal.SIGINT)


async def serve(settings: InferenceSettings) -> None:
    """Serve until the first SIGTERM or SIGINT; a second one ends the process at once."""
    server = InferenceServer(settings)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for number in SIGNALS:
            loop.remove_signal_handler(number)
        server.stop()

    for number in SIGNALS:
        loop.add_signal_handler(number, stop)
    await server.run()


def main() -> None:
    """Read the settings, then serve."""
    settings = InferenceSettings()
    configure("inference", settings.log_level, settings.log_format)
    asyncio.run(serve(settings))


if __name__ == "__main__":
    main()
