"""One page of a headless Chromium, driven by the DevTools protocol."""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

DEADLINE = 30.0
POLL = 0.05
FLAGS = (
    "--headless",
    "--no-sandbox",  # as root, as in a container, Chromium does not start without it
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no internet, on any machine
    "--window-size=1400,900",
    "--lang=en",
    "--remote-debugging-port=0",
)


def find_chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def running_chromium(program: str, profile: Path) -> Iterator[str]:
    """Yields the address of the browser's DevTools socket."""
    process = subprocess.Popen(
        [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield _devtools_address(process, profile / "DevToolsActivePort")
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _devtools_address(process: subprocess.Popen[bytes], port_file: Path) -> str:
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"Chromium ended with exit code {process.returncode}")
        lines = port_file.read_text().split() if port_file.exists() else []
        if len(lines) == 2:
            port, path = lines
            return f"ws://127.0.0.1:{port}{path}"
        time.sleep(POLL)
    raise TimeoutError("Chromium opened no DevTools port")


class Page:
    """A tab with a profile of its own. Keeps what it requested and what it complained of."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._session: str | None = None
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._heard = asyncio.Condition()
        self.requests: list[dict[str, Any]] = []  # url, method, headers
        self.sockets: list[str] = []  # the addresses of WebSockets
        self.frames_sent: list[str] = []
        self.complaints: list[str] = []  # of the Content-Security-Policy, errors, warnings

    async def start(self) -> None:
        context = await self.call("Target.createBrowserContext", disposeOnDetach=True)
        target = await self.call(
            "Target.createTarget",
            url="about:blank",
            browserContextId=context["browserContextId"],
        )
        attached = await self.call(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True
        )
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log", "Audits"):
            await self.call(f"{domain}.enable")

    async def listen(self) -> None:
        async for text in self._socket:
            message = json.loads(text)
            if "id" not in message:
                self._take_event(message["method"], message["params"])
                async with self._heard:
                    self._heard.notify_all()
            elif answer := self._answers.pop(message["id"], None):
                answer.set_result(message)

    def _take_event(self, method: str, params: dict[str, Any]) -> None:
        match method:
            case "Network.requestWillBeSent":
                self.requests.append(params["request"])
            case "Network.webSocketCreated":
                self.sockets.append(params["url"])
            case "Network.webSocketFrameSent":
                self.frames_sent.append(params["response"]["payloadData"])
            case "Audits.issueAdded":
                issue = params["issue"]
                if issue["code"] == "ContentSecurityPolicyIssue":
                    self.complaints.append(f"CSP: {issue['details']}")
            case "Runtime.exceptionThrown":
                self.complaints.append(f"exception: {params['exceptionDetails']}")
            case "Runtime.consoleAPICalled" if params["type"] in ("error", "warning", "assert"):
                self.complaints.append(f"console: {params['args']}")
            case "Log.entryAdded" if params["entry"]["level"] in ("error", "warning"):
                self.complaints.append(f"log: {params['entry']}")

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        request = {"id": number, "method": method, "params": params}
        if self._session:
            request["sessionId"] = self._session
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps(request))
        async with asyncio.timeout(DEADLINE):
            message = await answer
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']}")
        result: dict[str, Any] = message["result"]
        return result

    async def open(self, url: str) -> None:
        answer = await self.call("Page.navigate", url=url)
        if "errorText" in answer:
            raise RuntimeError(f"{url}: {answer['errorText']}")

    async def evaluate(self, expression: str) -> Any:
        answer = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    async def wait_for(self, expression: str) -> Any:
        """The expression's JSON value as soon as it is truthy."""
        end = time.monotonic() + DEADLINE
        while not (value := await self.evaluate(expression)):
            if time.monotonic() > end:
                shown = await self.evaluate("document.body.innerText")
                raise TimeoutError(f"{expression} never came true; the page shows:\n{shown}")
            await asyncio.sleep(POLL)
        return value

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits for what the page requests, sends or complains of."""
        async with asyncio.timeout(DEADLINE), self._heard:
            await self._heard.wait_for(condition)

    async def click(self, selector: str) -> None:
        """Clicks in the middle of the element, once it is there and nothing covers it."""
        x, y = await self.wait_for(
            f"""(() => {{
                const element = document.querySelector({json.dumps(selector)});
                if (!element) return null;
                element.scrollIntoView({{block: 'nearest'}});
                const box = element.getBoundingClientRect();
                const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
                const hit = document.elementFromPoint(x, y);
                return element.contains(hit) ? [x, y] : null;
            }})()"""
        )
        mouse = {"x": x, "y": y, "button": "left", "clickCount": 1}
        await self.call("Input.dispatchMouseEvent", type="mousePressed", **mouse)
        await self.call("Input.dispatchMouseEvent", type="mouseReleased", **mouse)

    async def press(self, key: str, code: int, control: bool = False) -> None:
        pressed = {
            "key": key,
            "code": key if len(key) > 1 else f"Key{key.upper()}",
            "windowsVirtualKeyCode": code,
            "modifiers": 2 if control else 0,
        }
        await self.call("Input.dispatchKeyEvent", type="rawKeyDown", **pressed)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **pressed)

    async def type(self, text: str) -> None:
        await self.call("Input.insertText", text=text)


@asynccontextmanager
async def new_page(devtools: str) -> AsyncIterator[Page]:
    async with connect(devtools, max_size=None, proxy=None) as socket:
        page = Page(socket)
        listening = asyncio.create_task(page.listen())
        try:
            await page.start()
            yield page
        finally:
            listening.cancel()
            await asyncio.wait([listening])
