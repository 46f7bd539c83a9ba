"""Microsoft's own SDKs with tokens by their own MSAL: typed models parse every answer.

    python sdk.py v1.0|beta
"""

import json
import os
from datetime import datetime

from checks import check
from graph_sdk import VERSION, ODataError, Tokens, load, model, run

Group, ReferenceCreate, User = model("Group"), model("ReferenceCreate"), model("User")


@check
async def users_are_listed_and_typed(client, adapter):
    found = await client.users.get()
    assert {"Ada", "Bob", "Carol"} <= {user.display_name for user in found.value}, found
    ada = await client.users.by_user_id("ada@example.org").get()
    assert ada.user_principal_name == "ada@example.org" and ada.id
    assert (await client.users.count.get()) >= 3


@check
async def queries_are_answered(client, adapter):
    from kiota_abstractions.base_request_configuration import RequestConfiguration

    parameters = load("generated.users.users_request_builder", "UsersRequestBuilder").UsersRequestBuilderGetQueryParameters
    query = parameters(select=["id", "displayName", "accountEnabled"], filter="startswith(displayName,'b')", count=True,
                       top=5, orderby=["displayName"])
    found = await client.users.get(request_configuration=RequestConfiguration(query_parameters=query))
    assert [user.display_name for user in found.value] == ["Bob"], found.value
    assert found.odata_count == 1 and found.value[0].account_enabled is True
    one = await client.users.get(request_configuration=RequestConfiguration(query_parameters=parameters(top=1)))
    assert len(one.value) == 1 and one.odata_next_link
    names = [one.value[0].id]
    while one.odata_next_link:
        one = await client.users.with_url(one.odata_next_link).get()
        names += [user.id for user in one.value]
    assert len(names) == len(set(names)) >= 3, names


@check
async def a_person_is_made_changed_and_deleted(client, adapter):
    new = User(display_name="Dora", user_principal_name=f"dora-{VERSION}@example.org", account_enabled=True,
               mail_nickname="dora", business_phones=["+49 1"])
    made = await client.users.post(new)
    assert made.id and made.display_name == "Dora" and made.business_phones == ["+49 1"]
    one = client.users.by_user_id(made.id)
    await one.patch(User(job_title="Tester"))
    assert (await one.get()).job_title == "Tester"
    await one.delete()
    try:
        await one.get()
        raise AssertionError("a deleted person was found")
    except ODataError as error:
        assert error.response_status_code == 404, error
        assert error.error.code == "Request_ResourceNotFound" and error.error.inner_error.request_id
    deleted = await client.directory.deleted_items.graph_user.get()
    assert made.id in [user.id for user in deleted.value]
    await client.directory.deleted_items.by_directory_object_id(made.id).delete()


@check
async def groups_and_memberships(client, adapter):
    ada = (await client.users.by_user_id("ada@example.org").get()).id
    group = await client.groups.post(Group(display_name=f"Team {VERSION}", mail_enabled=False, mail_nickname="team",
                                           security_enabled=True))
    one = client.groups.by_group_id(group.id)
    await one.members.ref.post(ReferenceCreate(odata_id=f"https://graph.microsoft.com/v1.0/directoryObjects/{ada}"))
    members = (await one.members.get()).value
    assert [type(member).__name__ for member in members] == ["User"] and members[0].id == ada
    held = (await client.users.by_user_id(ada).member_of.get()).value
    assert [(type(entry).__name__, entry.id) for entry in held] == [("Group", group.id)]
    through = (await client.users.by_user_id(ada).transitive_member_of.get()).value
    assert [entry.id for entry in through] == [group.id]
    await one.members.by_directory_object_id(ada).ref.delete()
    assert (await one.members.get()).value == []
    await one.owners.ref.post(ReferenceCreate(odata_id=f"https://graph.microsoft.com/v1.0/users/{ada}"))
    owners = (await one.owners.get()).value
    assert [(type(owner).__name__, owner.id) for owner in owners] == [("User", ada)]
    await one.owners.by_directory_object_id(ada).ref.delete()
    assert (await one.owners.get()).value == []
    await one.delete()


@check
async def roles_and_the_organisation(client, adapter):
    roles = (await client.directory_roles.get()).value
    assert len(roles) == 13 and all(role.role_template_id for role in roles)
    found = (await client.organization.get()).value
    assert len(found) == 1 and found[0].verified_domains[0].name == "localhost"


@check
async def applications_and_service_principals(client, adapter):
    applications = (await client.applications.get()).value
    assert os.environ["CLIENT_ID"] in [application.app_id for application in applications]
    assert all(secret.secret_text is None for one in applications for secret in one.password_credentials)
    [key] = [key for one in applications if one.app_id == os.environ["PROVISIONER_ID"] for key in one.key_credentials]
    assert json.loads(key.key)["kty"] == "EC" and len(key.custom_key_identifier) == 32, key
    own = await client.service_principals_with_app_id(os.environ["CLIENT_ID"]).get()
    assigned = (await client.service_principals.by_service_principal_id(own.id).app_role_assignments.get()).value
    assert len(assigned) >= 8 and all(one.app_role_id and one.principal_id for one in assigned)


@check
async def passkeys_logs_and_reports(client, adapter):
    passkeys = (await client.users.by_user_id("ada@example.org").authentication.fido2_methods.get()).value
    assert passkeys == []
    audits = (await client.audit_logs.directory_audits.get()).value
    assert "Add user" in [audit.activity_display_name for audit in audits]
    assert all(isinstance(audit.activity_date_time, datetime) and audit.initiated_by for audit in audits)
    assert (await client.audit_logs.sign_ins.get()).value is not None
    reports = client.reports.authentication_methods
    details = (await reports.user_registration_details.get()).value
    assert "ada@example.org" in [one.user_principal_name for one in details]
    methods = await reports.users_registered_by_method.get()
    assert methods.total_user_count >= 3 and methods.user_registration_method_counts
    features = await reports.users_registered_by_feature_with_included_user_types_with_included_user_roles(
        "all", "all").get()
    assert features.total_user_count >= 3


@check
async def what_is_not_there_is_refused_in_graphs_words(client, adapter):
    for ask, status in (
        # What `client.me` stands for; the beta SDK for Python lacks the property.
        (client.users.by_user_id("me-token-to-replace").get, 400),
        (client.users.by_user_id("nobody@example.org").get, 404),
        (client.users.by_user_id("ada@example.org").messages.get, 404),
        (client.users.by_user_id("ada@example.org").authentication.fido2_methods.by_fido2_authentication_method_id("x").delete, 403),
    ):
        try:
            await ask()
            raise AssertionError(f"{status} was expected")
        except ODataError as error:
            assert error.response_status_code == status, (error.response_status_code, error.error)
            assert error.error.code and error.error.message


run(Tokens(os.environ["CLIENT_ID"], lambda: os.environ["CLIENT_SECRET"]))
