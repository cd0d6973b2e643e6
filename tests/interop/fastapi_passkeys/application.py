"""The application before the migration: `fastapi-passkeys` with its SQLAlchemy adapter, and its
users, with that package's software authenticator.

Takes the database's URL. Reads one JSON request per line and writes one JSON response for each.
"""

import asyncio
import json
import sys

from fastapi_passkeys import (
    AuthenticationService,
    PasskeyConfig,
    PasskeyUser,
    PyWebAuthnEngine,
    RegistrationService,
)
from fastapi_passkeys.contrib import InMemoryChallengeStore
from fastapi_passkeys.contrib.sqlalchemy import PasskeyBase, SqlAlchemyCredentialRepository
from fastapi_passkeys.testing.authenticator import SoftwareAuthenticator
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

ORIGIN = "https://example.com"


class Application:
    def __init__(self, database):
        self.engine = create_async_engine(database)
        self.repository = SqlAlchemyCredentialRepository(async_sessionmaker(self.engine))
        parts = {
            "config": PasskeyConfig(
                rp_id="example.com", rp_name="Example", expected_origins=[ORIGIN]
            ),
            "credentials": self.repository,
            "challenges": InMemoryChallengeStore(),
            "engine": PyWebAuthnEngine(),
        }
        self.registration = RegistrationService(**parts)
        self.authentication = AuthenticationService(**parts)
        self.devices = {}

    async def create_tables(self):
        async with self.engine.begin() as connection:
            await connection.run_sync(PasskeyBase.metadata.create_all)

    async def register(self, user, device, **kind):
        """Registers a passkey here, on a device of the user's."""
        options, handle = await self.registration.begin(PasskeyUser(user, user, user))
        authenticator = SoftwareAuthenticator(**kind)
        self.devices[device] = authenticator
        credential = await self.registration.finish(
            response=authenticator.create(options, origin=ORIGIN),
            handle=handle,
            device_name=device,
        )
        return credential.created_at.isoformat()

    async def create(self, device, options):
        """Creates a passkey of the other application, on a device of the user's."""
        self.devices[device] = SoftwareAuthenticator()
        return self.devices[device].create(options, origin=ORIGIN)

    async def sign(self, device, options):
        """Signs a challenge of the other application."""
        return self.devices[device].get(options, origin=ORIGIN)

    async def sign_in(self, device):
        """Signs in here."""
        options, handle = await self.authentication.begin()
        response = self.devices[device].get(options, origin=ORIGIN)
        result = await self.authentication.finish(response=response, handle=handle)
        return result.user_id

    async def list(self, user):
        """Lists the user's stored passkeys."""
        return [
            {"device": credential.device_name, "count": credential.sign_count}
            for credential in await self.repository.list_by_user(user)
        ]


async def main(database):
    application = Application(database)
    await application.create_tables()
    for line in sys.stdin:
        request = json.loads(line)
        answer = await getattr(application, request.pop("do"))(**request)
        print(json.dumps(answer), flush=True)


asyncio.run(main(sys.argv[1]))
