"""A passkey created on behalf of somebody by Microsoft's own SDKs (options typed, the registration as raw JSON, as the SDKs have
no word for it), and the policy that decides about passkeys.

    python passkeys.py v1.0|beta
"""

import json
import os
import time
import uuid

import jwt
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation

from checks import check
from device import Passkey, decode, encode
from graph_sdk import AUTHORITY, ORIGIN, VERSION, ODataError, Tokens, model, run

AttestationEnforcement, PasskeyProfile, PasskeyTypes = model("AttestationEnforcement"), model("PasskeyProfile"), model("PasskeyTypes")
Fido2AuthenticationMethod, Fido2KeyRestrictions = model("Fido2AuthenticationMethod"), model("Fido2KeyRestrictions")
Fido2AuthenticationMethodConfiguration = model("Fido2AuthenticationMethodConfiguration")
Fido2RestrictionEnforcementType = model("Fido2RestrictionEnforcementType")
TemporaryAccessPass = model("TemporaryAccessPassAuthenticationMethod")
TemporaryAccessPassConfiguration = model("TemporaryAccessPassAuthenticationMethodConfiguration")
CLIENT_ID = os.environ["PROVISIONER_ID"]
PERSON = f"key-{VERSION}@example.org"


def make_assertion():
    """Tier-0 permissions are had with a key only."""
    now = int(time.time())
    claims = {"iss": CLIENT_ID, "sub": CLIENT_ID, "aud": f"{AUTHORITY}/oauth2/v2.0/token", "iat": now, "exp": now + 300,
              "jti": str(uuid.uuid4())}
    with open(os.environ["PROVISIONER_KEY"], "rb") as file:
        return {"client_assertion": jwt.encode(claims, file.read(), algorithm="ES256")}


def make_passkey(asked):
    """`navigator.credentials.create()` of a security key."""
    numbers = [one.alg for one in asked.pub_key_cred_params]
    assert -7 in numbers and asked.authenticator_selection.user_verification == "required"
    return {"displayName": "Red key", "publicKeyCredential": Passkey(asked.rp.id, ORIGIN).create(asked.challenge)}


async def ask_options(client):
    methods = client.users.by_user_id(PERSON).authentication.fido2_methods
    if VERSION == "v1.0":
        return await methods.creation_options.get()
    builder = methods.creation_options_with_challenge_timeout_in_minutes
    builder = builder() if callable(builder) else builder
    name = "CreationOptionsWithChallengeTimeoutInMinutesRequestBuilderGetQueryParameters"
    parameters = getattr(type(builder), name)(challenge_timeout_in_minutes=60)
    return await builder.get(request_configuration=RequestConfiguration(query_parameters=parameters))


async def post(adapter, body):
    request = RequestInformation(Method.POST, "{+baseurl}/users/{person}/authentication/fido2Methods",
                                 {"baseurl": adapter.base_url, "person": PERSON})
    request.headers.try_add("Accept", "application/json")
    request.set_stream_content(json.dumps(body).encode(), "application/json")
    return await adapter.send_async(request, Fido2AuthenticationMethod, {"XXX": ODataError})


@check
async def a_passkey_is_created_on_behalf(client, adapter):
    options = await ask_options(client)
    left = options.challenge_timeout_date_time.timestamp() - time.time()
    expected = 300 if VERSION == "v1.0" else 3600
    assert expected - 60 < left <= expected + 5, left
    asked = options.public_key
    assert asked.rp.id == "localhost" and asked.user.name == PERSON and asked.attestation == "direct"
    # webauthn-interop makes several of one options object.
    first, second = make_passkey(asked), make_passkey(asked)
    made = await post(adapter, first)
    assert made.id == first["publicKeyCredential"]["id"] and made.display_name == "Red key", made
    assert str(made.passkey_type.value) == "deviceBound" and made.attestation_level.value == "notAttested"
    assert made.additional_data["@claviger.held"] is False
    other = await post(adapter, second)
    assert other.additional_data["@claviger.held"] is True
    try:
        await post(adapter, first)
        raise AssertionError("a passkey was stored twice")
    except ODataError as error:
        assert error.response_status_code == 400 and error.error.code == "Request_BadRequest", error
    methods = client.users.by_user_id(PERSON).authentication.fido2_methods
    assert len((await methods.get()).value) == 2
    again = (await ask_options(client)).public_key.exclude_credentials
    assert {encode(decode(one.id)) for one in again} == {made.id, other.id}
    await methods.by_fido2_authentication_method_id(other.id).delete()
    assert [one.id for one in (await methods.get()).value] == [made.id]


@check
async def a_temporary_access_pass_is_made_and_its_policy_changed(client, adapter):
    passes = client.users.by_user_id(PERSON).authentication.temporary_access_pass_methods
    made = await passes.post(TemporaryAccessPass(is_usable_once=True, lifetime_in_minutes=90,
        additional_data={"@claviger.reason": "Seen on site"}))
    # The SDK of beta has no word for either.
    usable = getattr(made, "is_usable", None) or made.additional_data.get("isUsable")
    assert len(made.temporary_access_pass) == 8 and usable is True and made.lifetime_in_minutes == 90, made
    (read,) = (await passes.get()).value
    reason = getattr(read, "method_usability_reason", None) or read.additional_data.get("methodUsabilityReason")
    assert read.id == made.id and read.temporary_access_pass is None and reason == "EnabledByPolicy", read
    await passes.by_temporary_access_pass_authentication_method_id(made.id).delete()
    assert (await passes.get()).value == []
    policy = client.policies.authentication_methods_policy.authentication_method_configurations
    policy = policy.by_authentication_method_configuration_id("TemporaryAccessPass")
    assert (await policy.get()).maximum_lifetime_in_minutes == 480
    await policy.patch(TemporaryAccessPassConfiguration(default_length=12))
    changed = await policy.get()
    assert changed.default_length == 12 and changed.maximum_lifetime_in_minutes == 480, changed
    await policy.delete()
    assert (await policy.get()).default_length == 8


@check
async def the_passkey_policy_is_read_and_changed(client, adapter):
    # After the passkey above: a policy is saved only where an administrator has a passkey that it accepts.
    policy = client.policies.authentication_methods_policy
    configurations = (await policy.get()).authentication_method_configurations
    kinds = ["Fido2AuthenticationMethodConfiguration", "TemporaryAccessPassAuthenticationMethodConfiguration"]
    assert [type(one).__name__ for one in configurations] == kinds, configurations
    passkeys = policy.authentication_method_configurations.by_authentication_method_configuration_id("fido2")
    new = await passkeys.get()
    assert new.id == "Fido2" and new.state.value == "enabled" and new.is_self_service_registration_allowed is True
    assert [target.id for target in new.include_targets] == ["all_users"] and new.exclude_targets == []
    default = new.passkey_profiles[0]
    assert default.id == new.default_passkey_profile and {kind.value for kind in default.passkey_types} == {"deviceBound", "synced"}
    model = str(uuid.uuid4())
    keys = PasskeyProfile(
        # The SDK reads flags as a list, and writes one alone.
        id=str(uuid.uuid4()), name="Keys of one make", passkey_types=PasskeyTypes.DeviceBound,
        attestation_enforcement=AttestationEnforcement.RegistrationOnly,
        key_restrictions=Fido2KeyRestrictions(is_enforced=True, enforcement_type=Fido2RestrictionEnforcementType.Allow, aa_guids=[model]))
    await passkeys.patch(Fido2AuthenticationMethodConfiguration(passkey_profiles=[default, keys]))
    first, second = (await passkeys.get()).passkey_profiles
    assert first.name == default.name and {kind.value for kind in first.passkey_types} == {"deviceBound", "synced"}
    assert second.id == keys.id and second.name == keys.name and [kind.value for kind in second.passkey_types] == ["deviceBound"]
    assert second.attestation_enforcement == AttestationEnforcement.RegistrationOnly
    assert second.key_restrictions.aa_guids == [model] and second.key_restrictions.is_enforced is True
    try:
        await passkeys.patch(Fido2AuthenticationMethodConfiguration(passkey_profiles=[]))
        raise AssertionError("a policy without a profile was saved")
    except ODataError as error:
        assert error.response_status_code == 400 and error.error.details, error
    await passkeys.delete()
    assert len((await passkeys.get()).passkey_profiles) == 1


@check
async def what_maester_asks_of_the_policy(client, adapter):
    """EIDSCA's checks AF01 to AF06, by their own address: beta, the key in the OData form."""
    request = RequestInformation(
        Method.GET, "{+origin}/beta/policies/authenticationMethodsPolicy/authenticationMethodConfigurations('Fido2')", {"origin": ORIGIN})
    told = json.loads(await adapter.send_primitive_async(request, "bytes", {"XXX": ODataError}))
    values = [told["state"], told["isSelfServiceRegistrationAllowed"], told["isAttestationEnforced"]]
    values += [told["keyRestrictions"][name] for name in ("isEnforced", "enforcementType")]
    assert values == ["enabled", True, False, False, "allow"], values
    assert told["keyRestrictions"]["aaGuids"] == []


run(Tokens(CLIENT_ID, make_assertion))
