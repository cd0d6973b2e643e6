"""`fastapi-passkeys` as its documentation sets it up, with everything in memory."""

from collections import defaultdict

from fastapi import FastAPI, HTTPException, Request
from fastapi_passkeys import PasskeyConfig, Passkeys, PasskeyUser, UserVerification
from fastapi_passkeys.contrib import InMemoryCredentialRepository


class Repository(InMemoryCredentialRepository):
    """Finds a user's passkeys without a look at everybody's, as a database does."""

    def __init__(self):
        super().__init__()
        self._of_user = defaultdict(list)

    async def add(self, credential):
        await super().add(credential)
        self._of_user[credential.user_id].append(credential.credential_id)

    async def list_by_user(self, user_id):
        return [self._by_id[id] for id in self._of_user.get(user_id, ())]


async def get_user(request: Request):
    id = request.headers.get("x-user")
    if id is None:
        raise HTTPException(401)
    return PasskeyUser(id=id, name=f"{id}@example.com", display_name=f"{id}@example.com")


async def on_authenticated(_: Request, result):
    return {"userId": result.user_id}


passkeys = Passkeys(
    config=PasskeyConfig(
        rp_id="localhost",
        rp_name="Benchmark",
        expected_origins=["http://localhost:3000"],
        user_verification=UserVerification.REQUIRED,
        resident_key="required",
    ),
    credential_repository=Repository(),
    get_user=get_user,
    on_authenticated=on_authenticated,
)
app = FastAPI()
app.include_router(passkeys.router, prefix="/auth/passkeys")
passkeys.install_exception_handlers(app)
