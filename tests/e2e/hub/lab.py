"""What tests do in JupyterLab."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.hub.running import Hub

LAB_MS = 90_000

_TOKEN = "JSON.parse(document.getElementById('jupyter-config-data').textContent).token"

_CONNECT = f"""async user => {{
    const headers = {{ Authorization: 'token ' + {_TOKEN} }};
    const base = `/user/${{user}}/api/kernels`;
    let kernels = [];
    for (let tries = 0; !kernels.length && tries < 50; tries++) {{
        await new Promise(resolve => setTimeout(resolve, 200));
        kernels = await (await fetch(base, {{ headers }})).json();
    }}
    const url = `ws://${{location.host}}${{base}}/${{kernels[0].id}}/channels?session_id=test&token=${{{_TOKEN}}}`;
    const socket = window.lmsSocket = new WebSocket(url);
    socket.addEventListener('close', event => {{ window.lmsClosed = event.code; }});
    await new Promise(resolve => socket.addEventListener('open', resolve));
}}"""

_RUN = """([code, milliseconds]) => new Promise(resolve => {
    const socket = window.lmsSocket;
    if (socket.readyState !== WebSocket.OPEN) { resolve({ closed: window.lmsClosed }); return; }
    const id = crypto.getRandomValues(new Uint32Array(4)).join('-');
    const said = [];
    const end = status => { clearTimeout(timer); resolve({ status, said: said.join('') }); };
    const timer = setTimeout(() => end('silent'), milliseconds);
    socket.onmessage = event => {
        const message = JSON.parse(event.data);
        if (message.parent_header.msg_id !== id) return;
        if (message.msg_type === 'stream') said.push(message.content.text);
        if (message.msg_type === 'error') said.push(message.content.ename);
        if (message.msg_type === 'execute_reply') setTimeout(() => end(message.content.status), 300);
    };
    socket.send(JSON.stringify({
        header: { msg_id: id, username: '', session: 'test', msg_type: 'execute_request', version: '5.3',
                  date: new Date().toISOString() },
        parent_header: {}, metadata: {}, channel: 'shell', buffers: [],
        content: { code, silent: false, store_history: false, user_expressions: {}, allow_stdin: false }
    }));
})"""


def sign_in(page: Page, hub: Hub, name: str) -> None:
    """Become `name` in the tool."""
    page.goto(f"{hub.tool}/sign-in/{name}")


def open_notebook(page: Page, hub: Hub, name: str) -> None:
    """Sign in, click "Open notebook", wait for the notebook with its button."""
    sign_in(page, hub, name)
    page.goto(hub.open_link())
    page.wait_for_url(re.compile(rf"/user/{name}/lab"), timeout=LAB_MS)
    expect(page.locator(".lms-submit")).to_be_visible(timeout=LAB_MS)


def connect(page: Page, name: str) -> None:
    """Open a websocket to the kernel of the notebook shown, as JupyterLab does."""
    page.evaluate(_CONNECT, name)


def run(page: Page, code: str, milliseconds: int = 10_000) -> dict[str, Any]:
    """Run code over that websocket: {status, said}, or {closed: code} when it is closed."""
    answer: dict[str, Any] = page.evaluate(_RUN, [code, milliseconds])
    return answer


def said(page: Page, code: str) -> str:
    """What the code printed; it must end well."""
    answer = run(page, code)
    assert answer.get("status") == "ok", answer
    return str(answer["said"]).strip()


def page_token(page: Page) -> str:
    """The token that JupyterLab's page was given for its requests."""
    token: str = page.evaluate(_TOKEN)
    return token


def status_of(page: Page, path: str) -> int:
    """The HTTP status of a request made as JupyterLab makes them, with the page's own token."""
    script = f"path => fetch(path, {{ headers: {{ Authorization: 'token ' + {_TOKEN} }} }}).then(a => a.status)"
    status: int = page.evaluate(script, path)
    return status
