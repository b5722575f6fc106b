"""Users and their sessions: who gets in, for how long, and that no password is kept anywhere in clear."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.transactions.acting import PASSWORD, Acting
from transactions import Refusal
from transactions.kernel.database import metadata, reading
from transactions.kernel.sessions import FAILURES, WINDOW, close_session, open_session, session_actor

SECRET = "correct horse battery"


@pytest.fixture
def ann(acting: Acting) -> Acting:
    """A planner."""
    acting("create_user", username="ann", password=SECRET, roles=["planner"], display_name="Ann", language="zh_CN")
    return acting


def _fact(of: Acting, token: str) -> str:
    with pytest.raises(Refusal) as caught:
        session_actor(of.door, token)
    return caught.value.fact


def test_a_session_knows_its_user_and_the_roles_that_count_now(ann: Acting) -> None:
    token = open_session(ann.door, "ann", SECRET)
    actor = session_actor(ann.door, token)
    assert (actor.username, actor.display_name, actor.language, actor.roles) == ("ann", "Ann", "zh_CN", ("planner",))
    assert actor.edition == "cost"
    ann("set_user_roles", username="ann", roles=["accountant", "salesperson"])
    assert session_actor(ann.door, token).roles == ("accountant", "salesperson")
    assert session_actor(ann.door, token).edition == "full"


def test_a_session_ends_when_signed_out_disabled_or_with_a_new_password(ann: Acting) -> None:
    first, second = (open_session(ann.door, "ann", SECRET) for _ in range(2))
    close_session(ann.door, first)
    assert _fact(ann, first) == "NotSignedIn"
    assert session_actor(ann.door, second).username == "ann"
    ann("set_password", username="ann", password="another long one")
    assert _fact(ann, second) == "NotSignedIn"
    third = open_session(ann.door, "ann", "another long one")
    ann("disable_user", username="ann")
    assert _fact(ann, third) == "NotSignedIn"
    with pytest.raises(Refusal, match="NotSignedIn"):
        open_session(ann.door, "ann", "another long one")
    with pytest.raises(Refusal, match="NotSignedIn"):
        ann.as_user("ann")("create_holiday", holiday_date="2026-10-01")


def test_a_session_ends_half_an_hour_after_its_last_use(ann: Acting) -> None:
    token = open_session(ann.door, "ann", SECRET)
    for _ in range(3):
        ann.clock.moment += timedelta(minutes=29)
        session_actor(ann.door, token)
    ann.clock.moment += timedelta(minutes=30)
    assert _fact(ann, token) == "NotSignedIn"
    assert ann.rows("user_session") == []


def test_a_session_ends_twelve_hours_after_it_was_opened(ann: Acting) -> None:
    token = open_session(ann.door, "ann", SECRET)
    for _ in range(28):
        ann.clock.moment += timedelta(minutes=25)
        session_actor(ann.door, token)
    ann.clock.moment += timedelta(minutes=20)
    assert _fact(ann, token) == "NotSignedIn"


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer_and_then_a_pause(ann: Acting) -> None:
    for username in ("ann", "nobody"):
        for _ in range(FAILURES):
            with pytest.raises(Refusal, match="NotSignedIn: the name or the password is wrong"):
                open_session(ann.door, username, "guess")
        with pytest.raises(Refusal) as caught:
            open_session(ann.door, username, SECRET)
        assert (caught.value.fact, caught.value.status) == ("TooManyAttempts", 429)
    ann.clock.moment += WINDOW
    open_session(ann.door, "ann", SECRET)


def test_passwords_and_tokens_are_kept_nowhere_in_clear(ann: Acting) -> None:
    ann("set_password", username="ann", password=f"{SECRET}!")
    token = open_session(ann.door, "ann", f"{SECRET}!")
    with reading(ann.door.engine) as connection:
        kept = "".join(str(row) for table in metadata.sorted_tables for row in connection.execute(select(table)).all())
    assert SECRET not in kept
    assert token not in kept
    assert '{"password":"…"' in kept


def test_a_refusal_does_not_repeat_the_password(acting: Acting) -> None:
    for data in ({"password": "short"}, {"password": [SECRET]}, {"password": SECRET, "roles": []}, {}):
        refusal = acting.refused("create_user", **({"username": "bo", "roles": ["buyer"]} | data))
        assert not any(word in str(refusal.as_dict()) for word in (SECRET, "short'"))
    with pytest.raises(Refusal) as caught:
        acting("create_user", password=SECRET)
    assert SECRET not in str(caught.value.as_dict())


def test_users_are_made_once_with_known_roles_and_a_password_of_some_length(ann: Acting) -> None:
    def made(**change: object) -> tuple[str, str]:
        data: dict[str, object] = {"username": "bo", "password": SECRET, "roles": ["buyer"]}
        refusal = ann.refused("create_user", **(data | change))
        return refusal.fact, refusal.field

    assert made(password="seven77") == ("PasswordIsWeak", "password")
    assert made(roles=["king"]) == ("NotFound", "roles")
    assert made(username="ann") == ("AlreadyExists", "username")
    assert made(username="with space") == ("InvalidData", "username")
    assert ann.refused("set_user_roles", username="ann", roles=["king"]).fact == "NotFound"
    assert ann.refused("set_user_roles", username="bo", roles=["buyer"]).fact == "NotFound"
    assert ann.refused("set_password", username="ann", password="seven77").fact == "PasswordIsWeak"


def test_somebody_remains_who_may_manage_users(ann: Acting) -> None:
    assert ann.refused("disable_user", username="administrator").fact == "OneMustAdminister"
    assert ann.refused("set_user_roles", username="administrator", roles=["buyer"]).fact == "OneMustAdminister"
    ann("set_user_roles", username="ann", roles=["owner"])
    ann("disable_user", username="administrator")
    assert ann.as_user("ann").refused("disable_user", username="ann").fact == "OneMustAdminister"


def test_the_administrator_signs_in(acting: Acting) -> None:
    token = open_session(acting.door, "administrator", PASSWORD)
    assert session_actor(acting.door, token).roles == ("administrator",)
    assert len(acting.row("user_session")["token_hash"]) == 64
