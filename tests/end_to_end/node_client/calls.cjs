// MailerSend's own client for Node makes its calls. It is told by lines of JSON on its input what it needs to know and when to go
// on, and says by a line each what was answered.
"use strict";

const { createInterface } = require("node:readline");
const {
  Attachment,
  BlockListType,
  Domain,
  EmailParams,
  EmailWebhook,
  EmailWebhookEventType,
  Identity,
  MailerSend,
  Recipient,
  Sender,
  Token,
  TokenScopeType,
} = require("mailersend");

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const hear = async () => JSON.parse((await lines.next()).value);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const wait = async (why) => {
  say({ waits: why });
  return hear();
};

// The client has no option for the address; each of its modules has it as a property.
function redirect(module, baseUrl) {
  for (const part of Object.values(module)) {
    if (part && typeof part === "object" && "baseUrl" in part) {
      part.baseUrl = baseUrl;
      redirect(part, baseUrl);
    }
  }
}

async function call(name, answering) {
  let answer;
  try {
    answer = await answering;
  } catch (refused) {
    if (refused.statusCode === undefined) throw refused;
    answer = refused;
  }
  const { statusCode: status, headers, body } = answer;
  say({ call: name, status, headers, body });
  return body;
}

async function main() {
  const { origin, apiKey, domain, client, receiver } = await hear();
  const mailersend = new MailerSend({ apiKey });
  redirect(mailersend, `${origin}/v1`);
  const { email, token, others } = mailersend;

  const { data: made } = await call("domain.create", email.domain.create(new Domain(domain)));
  await wait("for the zone");
  await call("domain.verify", email.domain.verify(made.id));
  await call("domain.single", email.domain.single(made.id));
  await call("domain.list", email.domain.list({ page: 1, limit: 10, verified: true }));
  await call("domain.dns", email.domain.dns(made.id));
  await call("domain.updateSettings", email.domain.updateSettings(made.id, { track_unsubscribe: false }));

  const asked = new Identity(made.id, client, "Amy", "Hi!", "Help", `help@${client.split("@")[1]}`, true);
  const { data: identity } = await call("identity.create", email.identity.create(asked));
  await call("identity.list", email.identity.list({ domain_id: made.id, page: 1, limit: 10 }));
  await call("identity.single", email.identity.single(identity.id));
  await call("identity.singleByEmail", email.identity.singleByEmail(client));
  await call("identity.update", email.identity.update(identity.id, { name: "Amy B" }));
  await call("identity.updateByEMail", email.identity.updateByEMail(client, { name: "Amy C" }));
  await wait("for the first confirmation mail");
  await call("identity.resend", email.identity.resend(identity.id));
  await wait("for the consent");

  const news = new Sender(`news@${domain}`, "Näws");
  const whole = new EmailParams()
    .setFrom(news)
    .setTo([new Recipient("nd1@reader.example", "Rita")])
    .setCc([new Recipient("nd-copy@reader.example")])
    .setBcc([new Recipient("nd-blind@reader.example")])
    .setReplyTo(new Recipient(`desk@${domain}`, "Desk"))
    .setSubject("Grüße {{ name }}")
    .setHtml("<p>Hällo {{ name }}</p>")
    .setText("Hällo {{ name }}")
    .setPersonalization([{ email: "nd1@reader.example", data: { name: "Ann & Bob" } }])
    .setTags(["spring"])
    .setHeaders([{ name: "X-Campaign", value: "spring" }])
    .setInReplyTo(`<first@${domain}>`)
    .setPrecedenceBulk(true)
    .setAttachments([new Attachment(Buffer.from("a,b\r\n").toString("base64"), "täble.csv", "attachment")]);
  await call("email.send", email.send(whole));
  const as = (from, to) =>
    new EmailParams().setFrom(from).setTo([new Recipient(to)]).setSubject("Hi").setText("Hi");
  await call("email.send as the identity", email.send(as(new Sender(client), "nd2@reader.example")));
  const many = ["nd3@reader.example", "nd4@reader.example"].map((to) => as(news, to));
  const bulk = await call("email.sendBulk", email.sendBulk(many));
  await call("email.getBulkStatus", email.getBulkStatus(bulk.bulk_email_id));
  await call("email.send as a stranger", email.send(as(new Sender("a@stranger.example"), "nd5@reader.example")));

  const later = Math.floor(Date.now() / 1000) + 3600;
  await call("email.send later", email.send(as(news, "nd6@reader.example").setSendAt(later)));
  const { data: scheduled } = await call("schedule.list", email.schedule.list({ domain_id: made.id, limit: 10 }));
  await call("schedule.single", email.schedule.single(scheduled[0].message_id));
  await call("schedule.delete", email.schedule.delete(scheduled[0].message_id));

  const { data: template } = await call(
    "template.create",
    email.template.create({ name: "Welcome", html: "<p>{{ name }}</p>", text: "Dear {{ name }}", tags: ["t"] }),
  );
  const filled = new EmailParams()
    .setFrom(news)
    .setTo([new Recipient("nd7@reader.example")])
    .setSubject("Welcome")
    .setTemplateId(template.id)
    .setPersonalization([{ email: "nd7@reader.example", data: { name: "Zoë" } }]);
  await call("email.send by a template", email.send(filled));
  await call("template.list", email.template.list({ page: 1, limit: 10 }));
  await call("template.delete", email.template.delete(template.id));

  const blocked = "nd8@reader.example";
  const { data: block } = await call(
    "recipient.blockRecipients",
    email.recipient.blockRecipients({ recipients: [blocked] }, BlockListType.BLOCK_LIST),
  );
  await call("email.send to the blocked", email.send(as(news, blocked)));
  await call("recipient.blockList", email.recipient.blockList({ limit: 10 }));
  await call("recipient.delBlockListRecipients", email.recipient.delBlockListRecipients([block[0].id]));

  const { data: key } = await call(
    "token.create",
    token.create(new Token("of the client", [TokenScopeType.EMAIL_FULL], made.id)),
  );
  await call("token.list", token.list({ page: 1, limit: 10 }));
  await call("token.updateSettings", token.updateSettings(key.id, { status: "pause" }));
  await call("token.delete", token.delete(key.id));

  const hook = new EmailWebhook()
    .setUrl(receiver)
    .setName("Hook")
    .setDomainId(made.id)
    .setEvents([EmailWebhookEventType.DELIVERED])
    .setEnabled(true);
  const { data: webhook } = await call("webhook.create", email.webhook.create(hook));
  await call("webhook.list", email.webhook.list(made.id));
  await call("webhook.delete", email.webhook.delete(webhook.id));
  await call("others.getApiQuota", others.getApiQuota());

  const sent = await wait("for the events");
  const now = Math.floor(Date.now() / 1000);
  await call(
    "activity.domain",
    email.activity.domain(made.id, { date_from: now - 3600, date_to: now + 60, event: ["delivered"], limit: 25 }),
  );
  await call("message.list", email.message.list({ page: 1, limit: 25 }));
  await call("message.single", email.message.single(sent));
  await call(
    "analytics.byDate",
    email.analytics.byDate({ date_from: now - 3600, date_to: now + 60, event: ["delivered", "sent"] }),
  );
  await call("recipient.list", email.recipient.list({ limit: 10 }));

  await call("identity.deleteByEmail", email.identity.deleteByEmail(client));
  await call("identity.single of a deleted one", email.identity.single(identity.id));
  await call("domain.delete", email.domain.delete(made.id));
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
