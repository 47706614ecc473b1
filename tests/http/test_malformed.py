"""Whatever is sent, the answer is a calm one. Ten thousand of each kind: `make soak`."""

import random

import pytest
from conftest import SQLITE
from httpx2 import AsyncClient
from malformed import KINDS, fault_in, send
from market import somebody

from models import AccessToken, Role

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("database_url", [SQLITE], indirect=True)
async def test_malformed_requests_are_answered_calmly(client: AsyncClient) -> None:
    chance = random.Random(7)
    token, _ = await AccessToken.issue(await somebody(Role.ADMINISTRATOR))
    for kind, make in KINDS.items():
        for number in range(200 if kind == "wrong variables" else 40):
            body = make(chance)
            answer = await send(client, body, authorization=f"Bearer {token}")
            fault = fault_in(answer)
            assert fault is None, (kind, number, fault, body[:300], answer.text[:300])
