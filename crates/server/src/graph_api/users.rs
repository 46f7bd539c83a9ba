//! `/users`, `/me`, deleted people, managers.

use axum::response::Response;
use graph::body::Fields;
use graph::resources::User;
use graph::resources::collections::USERS;
use graph::{Guid, Mark, Time, envelope};
use identity::people::{self, Attribute, NewRecord, PersonChange, PersonRecord, ProfileChange};
use identity::{Id, Page, PersonColumn, UserType, principal_key};
use serde_json::Value;

use super::answer::{Outcome, done, number};
use super::call::Call;
use super::fault::Fault;

fn column(name: &str) -> Option<PersonColumn> {
    Some(match name {
        "userPrincipalName" => PersonColumn::UserName,
        "mail" => PersonColumn::Mail,
        "displayName" => PersonColumn::DisplayName,
        "accountEnabled" => PersonColumn::Enabled,
        "createdDateTime" => PersonColumn::CreatedAt,
        _ => return None,
    })
}

/// A person in Graph's words. What may not be read is `null`.
pub(super) fn derive_user(person: &PersonRecord) -> User {
    let text = |attribute| person.profile.text(attribute).map(str::to_owned);
    User {
        id: Guid(person.person_id.0),
        display_name: Some(person.display_name.clone()),
        given_name: text(Attribute::GivenName),
        surname: text(Attribute::Surname),
        job_title: text(Attribute::JobTitle),
        mail: person.mail.clone(),
        mobile_phone: text(Attribute::MobilePhone),
        business_phones: person.profile.business_phones.clone(),
        office_location: text(Attribute::OfficeLocation),
        preferred_language: text(Attribute::PreferredLanguage),
        user_principal_name: Some(person.user_name.clone()),
        account_enabled: person.enabled,
        created_date_time: person.created_at.map(Time),
        deleted_date_time: person.deleted_at.map(Time),
        department: text(Attribute::Department),
        company_name: text(Attribute::CompanyName),
        employee_id: text(Attribute::EmployeeId),
        usage_location: text(Attribute::UsageLocation),
        street_address: text(Attribute::StreetAddress),
        city: text(Attribute::City),
        state: text(Attribute::State),
        postal_code: text(Attribute::PostalCode),
        country: text(Attribute::Country),
        mail_nickname: text(Attribute::MailNickname),
        user_type: person.user_type.map(|of| {
            let word = match of {
                UserType::Member => "Member",
                UserType::Guest => "Guest",
            };
            word.to_owned()
        }),
    }
}

impl Call {
    /// The person of a key: a GUID, or a user name. Whether there is one, the use case says.
    pub(super) async fn person_id(&self, index: usize) -> Result<Id, Fault> {
        let key = self.key(index);
        Ok(principal_key::resolve_person(&self.state.identity, key).await?)
    }

    /// Graph names the id that it did not find.
    pub(super) fn or_missing(&self, fault: Fault, key: &str) -> Fault {
        if fault.is_missing() {
            fault.about(key)
        } else {
            fault
        }
    }

    fn user(&self, person: &PersonRecord, selection: &graph::project::Selection) -> Outcome {
        let user = derive_user(person);
        let version = Some(person.version);
        self.entity(&user, &User::TYPE, selection, "users", version)
    }

    pub(super) fn user_page(
        &self,
        options: &graph::odata::Options,
        page: Page<PersonRecord>,
        context: &str,
    ) -> Outcome {
        let values = page
            .rows
            .iter()
            .map(|person| {
                let mut user = self.cut(&derive_user(person), &User::TYPE, &options.select)?;
                let etag = envelope::derive_etag(person.version);
                user.insert("@odata.etag".to_owned(), Value::String(etag));
                Ok(Value::Object(user))
            })
            .collect::<Result<Vec<_>, Fault>>()?;
        self.page(options, context, values, page.count, page.next)
    }
}

pub(super) async fn list(call: Call) -> Outcome {
    let options = call.options(&USERS)?;
    let query = call.list_query(&options, column)?;
    let page = people::list_records(&call.state.identity, call.actor(), query).await?;
    call.user_page(&options, page, "users")
}

pub(super) async fn count(call: Call) -> Outcome {
    let mut options = call.options(&USERS)?;
    options.count = true;
    options.top = 1;
    let query = call.list_query(&options, column)?;
    let page = people::list_records(&call.state.identity, call.actor(), query).await?;
    Ok(number(page.count.unwrap_or_default()))
}

pub(super) async fn read(call: Call) -> Outcome {
    let selection = call.selection(&User::TYPE)?;
    let id = call.person_id(0).await?;
    let person = people::read(&call.state.identity, call.actor(), id)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), call.key(0)))?;
    call.user(&person, &selection)
}

pub(super) async fn read_me(call: Call) -> Outcome {
    let selection = call.selection(&User::TYPE)?;
    let person = people::read(&call.state.identity, call.actor(), call.me()?).await?;
    call.user(&person, &selection)
}

/// Texts of the body that are attributes of a profile.
fn read_profile(fields: &Fields) -> ProfileChange {
    let texts = Attribute::ALL.iter().filter_map(|attribute| {
        let value = fields.text(attribute.name())?;
        // An empty text is none: clients clear a property either way.
        let value = value.filter(|text| !text.is_empty());
        Some((*attribute, value.map(str::to_owned)))
    });
    ProfileChange {
        texts: texts.collect(),
        business_phones: fields.texts("businessPhones"),
    }
}

fn read_user_type(fields: &Fields) -> Result<Option<UserType>, Fault> {
    let Some(word) = fields.text("userType") else {
        return Ok(None);
    };
    match word {
        Some(word) if word.eq_ignore_ascii_case("member") => Ok(Some(UserType::Member)),
        Some(word) if word.eq_ignore_ascii_case("guest") => Ok(Some(UserType::Guest)),
        _ => Err(Fault::from(graph::Problem::WrongType {
            property: "userType".to_owned(),
            expected: "Member or Guest".to_owned(),
        })),
    }
}

fn read_mail(fields: &Fields) -> Option<Option<String>> {
    let mail = fields.text("mail")?;
    Some(mail.filter(|mail| !mail.is_empty()).map(str::to_owned))
}

pub(super) async fn create(call: Call) -> Outcome {
    let fields = call.body(&User::TYPE, Mark::Create)?;
    fields.allow_binds(&[], &User::TYPE)?;
    let user_name = fields.require_text("userPrincipalName")?;
    let new = NewRecord {
        user_name: user_name.to_owned(),
        display_name: fields.require_text("displayName")?.to_owned(),
        enabled: fields.truth("accountEnabled").unwrap_or(true),
        mail: read_mail(&fields).flatten(),
        user_type: read_user_type(&fields)?.unwrap_or(UserType::Member),
        profile: read_profile(&fields),
    };
    let person = people::create(&call.state.identity, call.actor(), &new).await?;
    let response = call.user(&person, &graph::project::Selection::Default)?;
    Ok(call.created(response, &person.person_id.to_string()))
}

pub(super) async fn update(call: Call) -> Outcome {
    let fields = call.body(&User::TYPE, Mark::Update)?;
    fields.allow_binds(&[], &User::TYPE)?;
    let person = call.person_id(0).await?;
    let text = |name: &'static str| -> Result<Option<String>, Fault> {
        match fields.text(name) {
            Some(None) => Err(Fault::from(graph::Problem::WrongType {
                property: name.to_owned(),
                expected: "a text".to_owned(),
            })),
            other => Ok(other.flatten().map(str::to_owned)),
        }
    };
    let change = PersonChange {
        user_name: text("userPrincipalName")?,
        display_name: text("displayName")?,
        enabled: fields.truth("accountEnabled"),
        mail: read_mail(&fields),
        user_type: read_user_type(&fields)?,
        profile: read_profile(&fields),
    };
    let expected = call.expected_version()?;
    people::update(
        &call.state.identity,
        call.actor(),
        person,
        expected,
        &change,
    )
    .await
    .map_err(|refusal| call.or_missing(refusal.into(), call.key(0)))?;
    Ok(done())
}

pub(super) async fn delete(call: Call) -> Outcome {
    call.without_options()?;
    let person = call.person_id(0).await?;
    let expected = call.expected_version()?;
    people::delete(&call.state.identity, call.actor(), person, expected)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), call.key(0)))?;
    Ok(done())
}

async fn answer_manager(call: Call, person: Id) -> Outcome {
    let selection = call.selection(&User::TYPE)?;
    let manager = people::read_manager(&call.state.identity, call.actor(), person).await?;
    let manager = manager.ok_or_else(|| Fault::missing("manager"))?;
    call.user(&manager, &selection)
}

pub(super) async fn read_manager(call: Call) -> Outcome {
    let person = call.person_id(0).await?;
    answer_manager(call, person).await
}

pub(super) async fn read_my_manager(call: Call) -> Outcome {
    let me = call.me()?;
    answer_manager(call, me).await
}

pub(super) async fn set_manager(call: Call) -> Outcome {
    call.without_options()?;
    let manager = call.read_reference()?;
    let person = call.person_id(0).await?;
    change_manager(&call, person, Some(manager)).await
}

pub(super) async fn clear_manager(call: Call) -> Outcome {
    call.without_options()?;
    let person = call.person_id(0).await?;
    change_manager(&call, person, None).await
}

async fn change_manager(call: &Call, person: Id, manager: Option<Id>) -> Result<Response, Fault> {
    people::set_manager(&call.state.identity, call.actor(), person, manager)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), call.key(0)))?;
    Ok(done())
}

async fn answer_reports(call: Call, manager: Id) -> Outcome {
    let options = call.options(&USERS)?;
    let query = call.list_query(&options, column)?;
    let page = people::list_reports(&call.state.identity, call.actor(), manager, query).await?;
    call.user_page(&options, page, "directoryObjects")
}

pub(super) async fn list_reports(call: Call) -> Outcome {
    let person = call.person_id(0).await?;
    answer_reports(call, person).await
}

pub(super) async fn list_my_reports(call: Call) -> Outcome {
    let me = call.me()?;
    answer_reports(call, me).await
}
