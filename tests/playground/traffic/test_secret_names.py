"""A name says that its value is a credential by one of its words, not by being on a list."""

from __future__ import annotations

import pytest

from playground.traffic.secret_names import is_secret, secrecy

ALWAYS = """
token TOKEN ToKeN accessToken access_token x-auth-token X-Amz-Security-Token tok%65n t%256fken
csrftoken csrfmiddlewaretoken x-csrftoken x-xsrftoken _xsrf login.token token2 secret client_secret
topSecret password passwd pwd userpassword user[password] user%5Bpassword%5D passkey api-key apiKey
APIKey x-apikey API_KEY private-key access_key sig signature X-Hub-Signature-256 jwt auth
x-authtoken oauth_verifier Authorization proxy-authorization session session_id sessionid
JSESSIONID PHPSESSID ASP.NET_SessionId connect.sid sid ticket cookie Set-Cookie
X-Amz-Credential otp bearer authcode accesskey privatekey signingkey masterkey encryptionkey
subscriptionkey awsaccesskey clientkey serverkey Authorisation x-authorisation proxyauthorisation
"""

MANY = """
tokens X-Tokens access_tokens refreshTokens signatures jwts apikeys accesskeys api-keys sessions
otps jwts2tokens
"""

NEVER = """
author authors authority authenticate www-authenticate proxy-authenticate design assign sign signal
barcode zipcode postcode unicode decode codec keyboard keyword monkey turkey pins tickets keys
tokenizer secretary passenger compass bypass sidebar inside outside residence obsession possession
sessionstorage ticketing name id user host user-agent content-type accept origin referer x
sec-websocket-key sec-websocket-accept access-control-allow-credentials idempotency-key cookietree
"""


@pytest.mark.parametrize("name", ALWAYS.split())
def test_a_word_for_a_credential_is_found(name: str) -> None:
    assert secrecy(name) == "always"
    assert is_secret(name, "1")


@pytest.mark.parametrize("name", NEVER.split())
def test_a_word_that_only_holds_one_is_none(name: str) -> None:
    assert secrecy(name) == ""
    assert not is_secret(name, "abcdef123")


@pytest.mark.parametrize("name", MANY.split())
def test_a_plural_names_credentials_unless_it_counts_them(name: str) -> None:
    assert secrecy(name) == "many"
    assert is_secret(name, "X")
    assert is_secret(name, "a1,b2")
    for amount in ("5", "1,024", "0.5", "20%", "6m0s", "120ms"):
        assert not is_secret(name, amount)


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("code", "404", False),
        ("code", "4/0AX4XfWh", True),
        ("code", "abc", True),
        ("statusCode", "200", False),
        ("auth_code", "200", True),
        ("key", "7", False),
        ("key", "color", False),
        ("key", "AIzaSyD", True),
        ("api_key", "7", True),
        ("sessions_total", "5", False),
        ("max_tokens", "100", False),
    ],
)
def test_a_number_is_no_code_and_a_short_word_no_key(name: str, value: str, secret: bool) -> None:
    assert is_secret(name, value) is secret


def test_a_name_of_any_length_is_read_in_no_time_and_not_remembered() -> None:
    from playground.traffic import secret_names

    for long in (
        "passcode" * 10_000 + "!",
        "%25" * 50_000,
        "a-" * 50_000,
        "sessionid" * 9_000 + "x",
    ):
        secrecy(long)
        assert long not in secret_names._known
    assert secrecy("x" * 100_000 + "-token") == "always"
    for number in range(3_000):
        secrecy(f"name-{number}")
    assert len(secret_names._known) <= 1024
