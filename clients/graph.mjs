// Microsoft's client for JavaScript, with a token that any OAuth client could have got.
import { Client } from '@microsoft/microsoft-graph-client';

const { ORIGIN, TENANT, CLIENT_ID, CLIENT_SECRET } = process.env;

async function token() {
  const form = new URLSearchParams({
    grant_type: 'client_credentials', client_id: CLIENT_ID, client_secret: CLIENT_SECRET,
    scope: 'https://graph.microsoft.com/.default',
  });
  const answer = await fetch(`${ORIGIN}/${TENANT}/oauth2/v2.0/token`, { method: 'POST', body: form });
  const body = await answer.json();
  if (!body.access_token) throw new Error(JSON.stringify(body));
  return body.access_token;
}

const client = Client.initWithMiddleware({
  baseUrl: `${ORIGIN}/`, customHosts: new Set(['localhost']), authProvider: { getAccessToken: token },
});

function equal(found, expected) {
  const [one, other] = [JSON.stringify(found), JSON.stringify(expected)];
  if (one !== other) throw new Error(`${one} is not ${other}`);
}

const CHECKS = {
  async 'people are found by query'() {
    const page = await client.api('/users').filter("startswith(displayName,'c')").select(['displayName', 'id']).count(true).get();
    equal(page.value.map((user) => user.displayName), ['Carol']);
    equal(page['@odata.count'], 1);
    const found = await client.api('/users').search('"displayName:ada"').top(5).orderby('displayName').get();
    equal(found.value.map((user) => user.displayName), ['Ada']);
  },
  async 'next links are followed'() {
    const ids = [];
    let page = await client.api('/users').top(1).get();
    for (;;) {
      ids.push(...page.value.map((user) => user.id));
      if (!page['@odata.nextLink']) break;
      page = await client.api(page['@odata.nextLink']).get();
    }
    equal(ids.length >= 3 && new Set(ids).size === ids.length, true);
  },
  async 'a group is made and deleted'() {
    const made = await client.api('/groups').post({ displayName: 'Script', mailEnabled: false, mailNickname: 'script', securityEnabled: true });
    await client.api(`/groups/${made.id}`).patch({ description: 'changed' });
    equal((await client.api(`/groups/${made.id}`).version('beta').get()).description, 'changed');
    await client.api(`/groups/${made.id}`).delete();
  },
  async 'refusals are read'() {
    try {
      await client.api('/users/nobody').get();
    } catch (error) {
      equal([error.statusCode, error.code], [404, 'Request_ResourceNotFound']);
      return;
    }
    throw new Error('nobody was found');
  },
};

let failed = 0;
for (const [name, check] of Object.entries(CHECKS)) {
  try {
    await check();
    console.log(`ok ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${name}: ${error.message}`);
  }
}
process.exit(failed ? 1 : 0);
