//! Lists and searches (RFC 7644 section 3.4.2): what a filter narrows is found by an index, everything else is looked at
//! in bounded work, and refused where that would be too much.

use graph::scim::{Filter, LIST_RESPONSE, Literal, Op, Place, ResourceType, Selection};
use identity::connectors::{self, BATCH};
use identity::{Id, MadeBy, PrincipalKind};
use serde_json::{Map, Value, json};

use super::call::{Call, Query};
use super::users::USERS;
use super::{Answer, codes, groups, users};
use crate::error::ScimError;

/// The most resources that one request looks at; without filter and order there is no need to look.
const LOOKED_AT: usize = 20_000;

type Resource = Map<String, Value>;

pub(super) async fn list(
    call: &Call<'_>,
    kinds: &[&'static ResourceType],
    query: &Query,
) -> Result<Answer, ScimError> {
    let (mut total, mut shown) = (0, Vec::new());
    let mut unfit = None;
    let mut answered = false;
    for of in kinds.iter().copied() {
        let filter = match query.filter_of(of) {
            // Of several kinds, one that lacks the attribute has nothing that passes.
            Err(error) if kinds.len() > 1 => {
                unfit = Some(error);
                continue;
            }
            filter => filter?,
        };
        answered = true;
        let window = Window {
            skip: query.start.saturating_sub(1).saturating_sub(total),
            take: query.count - shown.len(),
        };
        let asked = Sought {
            of,
            filter,
            sort: query.sort_of(of),
            descending: query.descending,
            selection: query.selection(of),
        };
        let (found, resources) = asked.find(call, window).await?;
        total += found;
        shown.extend(resources);
    }
    if let Some(error) = unfit.filter(|_| !answered) {
        return Err(error);
    }
    Ok(Answer::of(json!({
        "schemas": [LIST_RESPONSE],
        "totalResults": total,
        "startIndex": query.start,
        "itemsPerPage": shown.len(),
        "Resources": shown,
    })))
}

#[derive(Clone, Copy)]
struct Window {
    skip: usize,
    take: usize,
}

struct Sought {
    of: &'static ResourceType,
    filter: Option<Filter>,
    sort: Option<Place>,
    descending: bool,
    selection: Selection,
}

/// What narrows a list by an index.
fn narrow(filter: &Filter) -> Option<MadeBy> {
    let by = |name: &str, text: &str| match name {
        // What is no id is nobody's.
        "id" => Some(MadeBy::Id(Id::parse(text).unwrap_or(Id([0; 16])))),
        "members" => Some(MadeBy::Member(Id::parse(text).unwrap_or(Id([0; 16])))),
        "userName" => Some(MadeBy::UserName(text.to_owned())),
        "externalId" => Some(MadeBy::ExternalId(text.to_owned())),
        "emails" => Some(MadeBy::Mail(text.to_owned())),
        "displayName" => Some(MadeBy::DisplayName(text.to_owned())),
        _ => None,
    };
    let order = [
        "id",
        "userName",
        "externalId",
        "members",
        "emails",
        "displayName",
    ];
    let required = filter.required();
    order.iter().find_map(|wanted| {
        required.iter().find_map(|(name, is)| match &is.with {
            Literal::Text(text)
                if name == wanted
                    && is.op == Op::Equal
                    && is.place.leaf().name != "type"
                    && !is_part(&is.place) =>
            {
                by(name, text)
            }
            _ => None,
        })
    })
}

/// Whether a comparison is of another part of a value than the one that the index has.
fn is_part(place: &Place) -> bool {
    place.sub.is_some_and(|sub| sub.name != "value")
}

impl Sought {
    async fn batch(
        &self,
        call: &Call<'_>,
        by: Option<&MadeBy>,
        page: (Option<Id>, usize, usize),
        with_members: bool,
    ) -> Result<Vec<(Id, Resource)>, ScimError> {
        let (identity, actor) = (&call.state.identity, call.actor());
        let mut found = Vec::new();
        if std::ptr::eq(self.of, USERS) {
            for made in connectors::list_people(identity, actor, by, page).await? {
                found.push((made.record.person_id, users::write(call, &made)));
            }
            return Ok(found);
        }
        for made in connectors::list_groups(identity, actor, by, page).await? {
            let group = match with_members {
                true => groups::write_whole(call, &made).await?,
                false => groups::write(call, &made),
            };
            found.push((made.record.group_id, group));
        }
        Ok(found)
    }

    fn shows_members(&self) -> bool {
        !std::ptr::eq(self.of, USERS) && self.selection.wants("members")
    }

    /// How many there are, and those of the window.
    async fn find(
        &self,
        call: &Call<'_>,
        window: Window,
    ) -> Result<(usize, Vec<Value>), ScimError> {
        match &self.filter {
            None if self.sort.is_none() => self.find_all(call, window).await,
            _ => self.look(call, window).await,
        }
    }

    /// By id: no more is read than is shown.
    async fn find_all(
        &self,
        call: &Call<'_>,
        window: Window,
    ) -> Result<(usize, Vec<Value>), ScimError> {
        let kind = match std::ptr::eq(self.of, USERS) {
            true => PrincipalKind::Person,
            false => PrincipalKind::Group,
        };
        let total = connectors::count(&call.state.identity, call.actor(), kind).await?;
        if window.take == 0 {
            return Ok((usize::try_from(total).unwrap_or(usize::MAX), Vec::new()));
        }
        let page = (None, window.take, window.skip);
        let found = self.batch(call, None, page, self.shows_members()).await?;
        let shown = found
            .iter()
            .map(|(_, resource)| self.selection.show(resource));
        Ok((
            usize::try_from(total).unwrap_or(usize::MAX),
            shown.collect(),
        ))
    }

    /// Looks at each that the filter's index leaves. Of those that pass, only what orders them is kept.
    async fn look(
        &self,
        call: &Call<'_>,
        window: Window,
    ) -> Result<(usize, Vec<Value>), ScimError> {
        let by = self.filter.as_ref().and_then(narrow);
        let judges_members = self.filter.as_ref().is_some_and(|it| it.names("members"))
            || self
                .sort
                .is_some_and(|place| place.attribute.name == "members");
        let mut passed: Vec<(Option<String>, Id)> = Vec::new();
        let (mut from, mut seen) = (None, 0);
        loop {
            let page = (from, BATCH, 0);
            let batch = self.batch(call, by.as_ref(), page, judges_members).await?;
            let whole = batch.len() < BATCH;
            seen += batch.len();
            if seen > LOOKED_AT {
                return Err(ScimError::from(&codes::TOO_MANY));
            }
            from = batch.last().map(|(id, _)| *id);
            for (id, resource) in batch {
                if self.filter.as_ref().is_none_or(|it| it.holds(&resource)) {
                    passed.push((self.key(&resource), id));
                }
            }
            if whole {
                break;
            }
        }
        if self.sort.is_some() {
            // RFC 7644 section 3.4.2.3: what has no value comes last.
            passed.sort_by(|one, other| {
                let absent = one.0.is_none().cmp(&other.0.is_none());
                let keys = one.0.cmp(&other.0);
                match self.descending {
                    false => absent.then(keys),
                    true => absent.then(keys).reverse(),
                }
            });
        }
        let total = passed.len();
        let mut shown = Vec::new();
        for (_, id) in passed.into_iter().skip(window.skip).take(window.take) {
            let by = MadeBy::Id(id);
            let page = (None, 1, 0);
            let found = self
                .batch(call, Some(&by), page, self.shows_members())
                .await?;
            shown.extend(found.iter().map(|(_, it)| self.selection.show(it)));
        }
        Ok((total, shown))
    }

    fn key(&self, resource: &Resource) -> Option<String> {
        let place = self.sort?;
        let key = place.sort_key(resource)?;
        Some(match place.leaf().case_exact {
            true => key,
            false => key.to_lowercase(),
        })
    }
}
