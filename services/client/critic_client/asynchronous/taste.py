"""The client's calls about the caller's taste."""

from critic_client.asynchronous.retrying_http import AsyncRetryingHttp
from critic_client.requests import parse
from critic_core.contracts.taste import Taste, TasteExport

_PATH = "/v1/taste"


class AsyncTasteCalls:
    """The calls about the taste of the API key's owner."""

    def __init__(self, http: AsyncRetryingHttp) -> None:
        self._http = http

    async def get(self) -> Taste:
        """The taste; of one that is on, after a training on all decisions so far."""
        return parse(Taste, await self._http.request("GET", _PATH))

    async def switch(self, enabled: bool) -> None:
        """Turn the taste on or off."""
        await self._http.request("PUT", _PATH, json={"enabled": enabled})

    async def export(self) -> TasteExport:
        """The model with its evidence. TasteNotFound before the first training."""
        return parse(TasteExport, await self._http.request("GET", f"{_PATH}/model"))

    async def delete(self) -> None:
        """Delete model, evidence and switch."""
        await self._http.request("DELETE", _PATH)
