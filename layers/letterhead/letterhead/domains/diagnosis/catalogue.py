"""The catalogue of findings: what each code means, how it is recognised, what to do, and where that is written."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from letterhead.domains.diagnosis.codes import Code
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping


class Weight(StrEnum):
    """What a finding does to its row."""

    BLOCKS = "blocks"  # the record isn't verified because of it
    NOTE = "note"  # never changes a status
    EITHER = "either"  # the finding itself says which


@value_type
class Entry:
    """One code of the catalogue."""

    weight: Weight
    meaning: str
    recognised: str
    fix: str
    source: str


_BLOCKS, _NOTE, _EITHER = Weight.BLOCKS, Weight.NOTE, Weight.EITHER

CATALOGUE: Mapping[Code, Entry] = {
    Code.MISSING: Entry(
        _BLOCKS,
        "The record is not published.",
        "The zone's own servers say that the name has no such record, and nothing like it is at a neighbouring name.",
        "Add the record.",
        "RFC 2308 §2",
    ),
    Code.NAME_DOUBLED: Entry(
        _BLOCKS,
        "The zone stands twice in the record's name.",
        "The record is found at its name with the zone or the domain appended once more.",
        "Give the panel only the part of the name before the zone, and delete the doubled record.",
        "SES developer guide, “Troubleshooting DKIM”; RFC 1035 §5.1",
    ),
    Code.NAME_WITHOUT_SUBDOMAIN: Entry(
        _BLOCKS,
        "The subdomain was left out of the record's name.",
        "The record is found at its name without the part between the domain and the zone.",
        "Add the record with the subdomain in its name, and delete the other one.",
        "Sendara domains guide, “Provider quirks”",
    ),
    Code.WRONG_HOST: Entry(
        _BLOCKS,
        "The record is at a neighbouring name.",
        "The record is found at the domain itself, at www, without the underscore, or without “_domainkey”.",
        "Add it at its own name, and delete the other one.",
        "RFC 6376 §3.6.2.1; RFC 9989 §4",
    ),
    Code.WRONG_VALUE: Entry(
        _BLOCKS,
        "The record has another value than it must.",
        "The published value differs, and none of the more telling codes fits.",
        "Replace the value.",
        "SES developer guide, “Easy DKIM” and “Using a custom MAIL FROM domain”",
    ),
    Code.WRONG_TYPE: Entry(
        _BLOCKS,
        "A record of another type stands where this one belongs.",
        "TXT in place of CNAME or MX, or a CNAME in place of MX or TXT.",
        "Delete it and add the record with its own type.",
        "RFC 1034 §3.6.2",
    ),
    Code.WRONG_REGION: Entry(
        _BLOCKS,
        "The record points to the mail provider in another region.",
        "The MX or the DKIM target is the provider's own host, of a region that this domain doesn't send from.",
        "Replace the value.",
        "SES developer guide, “Using a custom MAIL FROM domain”; SES API v2, DkimAttributes.SigningHostedZone",
    ),
    Code.VALUE_TRUNCATED: Entry(
        _BLOCKS,
        "The value is cut off.",
        "What is published is the beginning of what is required.",
        "Replace the value; copy all of it.",
        "SES developer guide, “Troubleshooting DKIM”",
    ),
    Code.VALUE_CASE_CHANGED: Entry(
        _BLOCKS,
        "Upper and lower case were changed where it matters.",
        "“v=dmarc1” in place of “v=DMARC1”. Host names, SPF and DMARC's other tags are the same in any case.",
        "Replace the value.",
        "RFC 9989 §4.7",
    ),
    Code.VALUE_QUOTED: Entry(
        _BLOCKS,
        "Quotation marks have become a part of the value.",
        "A target with quotes in it, or a TXT whose text itself begins or ends with quotes.",
        "Type the value without quotes.",
        "Sendara domains guide, “Provider quirks”; RFC 1035 §5.1",
    ),
    Code.VALUE_HAS_SPACES: Entry(
        _BLOCKS,
        "There are spaces in the value where none may be.",
        "A target with spaces in it, or a TXT with a space before or within its version tag.",
        "Type the value without them.",
        "RFC 7208 §4.5; RFC 9989 §4.7",
    ),
    Code.VALUE_IS_URL: Entry(
        _BLOCKS,
        "The value is a web address in place of a host name.",
        "The target begins with “https://” or ends in a slash.",
        "Type the bare host name.",
        "RFC 1035 §3.3.1",
    ),
    Code.TRAILING_TEXT: Entry(
        _EITHER,
        "Something was appended to the value: the zone, a comment, another line.",
        "The published value begins with the required one and goes on. A note where receivers ignore the rest (DMARC).",
        "Type the value alone; in a master file end a target with a dot.",
        "Sendara domains guide, “Provider quirks”; RFC 1035 §5.1",
    ),
    Code.CNAME_FLATTENED: Entry(
        _BLOCKS,
        "The DNS host answers with what the CNAME leads to instead of the CNAME.",
        "At a DKIM record's name there is no CNAME but an address (a proxy) or a copy of the DKIM key.",
        "Turn proxying or CNAME flattening off for the record.",
        "SES developer guide, “Troubleshooting DKIM”",
    ),
    Code.CNAME_BESIDE_OTHER_TYPES: Entry(
        _BLOCKS,
        "A CNAME shares its name with other records.",
        "The same name answers with a CNAME and with records of its own.",
        "Delete one of them.",
        "RFC 1034 §3.6.2; RFC 2181 §10.1",
    ),
    Code.CNAME_LOOP: Entry(
        _BLOCKS,
        "CNAMEs lead in a circle.",
        "Following them, a name comes up twice.",
        "Publish the record itself.",
        "RFC 1034 §3.6.2",
    ),
    Code.CNAME_CHAIN_TOO_LONG: Entry(
        _BLOCKS,
        "Too many CNAMEs follow each other.",
        "More than ten of them.",
        "Publish the record itself.",
        "RFC 1034 §3.6.2",
    ),
    Code.CNAME_DANGLING: Entry(
        _BLOCKS,
        "A CNAME leads to a name that doesn't exist.",
        "The last target is NXDOMAIN at its own zone's servers.",
        "Replace the CNAME by the required record.",
        "RFC 1034 §3.6.2",
    ),
    Code.CNAME_DUPLICATE: Entry(
        _BLOCKS,
        "A name has more than one CNAME.",
        "Several CNAME records in one answer.",
        "Delete all but the required one.",
        "RFC 2181 §10.1",
    ),
    Code.MX_PRIORITY_IN_HOST: Entry(
        _BLOCKS,
        "The MX's priority was typed into the mail server's name.",
        "The mail server's name begins with a number, then the required name.",
        "Number into the priority field, the bare name into the other.",
        "Sendara domains guide, “Provider quirks”; RFC 1035 §3.3.9",
    ),
    Code.MX_DUPLICATE: Entry(
        _BLOCKS,
        "The MAIL FROM domain has more than one MX.",
        "Several MX records, whatever their hosts and preferences.",
        "Delete all but the required one.",
        "SES developer guide, “Using a custom MAIL FROM domain”",
    ),
    Code.MX_NULL: Entry(
        _BLOCKS,
        "The MAIL FROM domain says that it takes no mail.",
        "A null MX (“0 .”).",
        "Replace it by the required MX.",
        "RFC 7505 §3",
    ),
    Code.SPF_DUPLICATE: Entry(
        _BLOCKS,
        "There are two or more SPF records at one name.",
        "More than one TXT that begins with “v=spf1”.",
        "Put one in their place; the fix has the merged value.",
        "RFC 7208 §4.5",
    ),
    Code.SPF_SYNTAX: Entry(
        _BLOCKS,
        "The SPF record can't be read.",
        "A term that isn't in SPF's grammar, or a record that doesn't begin with “v=spf1” and a space.",
        "Replace the value.",
        "RFC 7208 §4.6.1",
    ),
    Code.SPF_LOOKUP_LIMIT: Entry(
        _BLOCKS,
        "The SPF record needs too many DNS look-ups.",
        "More than ten terms that look something up, all includes and the redirect counted.",
        "Keep what mail from this service needs: one include.",
        "RFC 7208 §4.6.4",
    ),
    Code.SPF_VOID_LOOKUPS: Entry(
        _BLOCKS,
        "Too many names in the SPF record lead to nothing.",
        "More than two look-ups without a result.",
        "Take those terms out.",
        "RFC 7208 §4.6.4",
    ),
    Code.SPF_INCLUDE_MISSING: Entry(
        _BLOCKS,
        "The SPF record doesn't let the mail provider send.",
        "The provider's include is neither in the record nor in what it includes, or stands where it doesn't count.",
        "Replace the value by the merged one.",
        "RFC 7208 §5.2; SES developer guide, “Using a custom MAIL FROM domain”",
    ),
    Code.SPF_INCLUDE_BROKEN: Entry(
        _BLOCKS,
        "The SPF record includes a domain without a usable SPF record.",
        "The included name has none, two, an invalid one, or includes itself.",
        "Take that include out, or correct its name.",
        "RFC 7208 §5.2",
    ),
    Code.SPF_ALL_MISSING_OR_PLUS: Entry(
        _EITHER,
        "The SPF record doesn't end, or it lets everyone send.",
        "No “all” and no redirect at the end (a note), or “+all” (blocks).",
        "End the record in “~all” or “-all”.",
        "RFC 7208 §5.1 and §4.7",
    ),
    Code.SPF_NOT_CHECKABLE: Entry(
        _NOTE,
        "Whether the provider passes depends on macros.",
        "Includes or exists terms with macros, as hosted SPF services publish them, and no include of the provider beside.",
        "If mail fails SPF, add the provider's include.",
        "RFC 7208 §7",
    ),
    Code.SPF_AT_APEX_INSTEAD: Entry(
        _BLOCKS,
        "The SPF record is at the domain, not at the MAIL FROM domain.",
        "The sending domain's own SPF includes the provider; the MAIL FROM domain has none.",
        "Add the record at the MAIL FROM domain; the domain's own may stay.",
        "RFC 7208 §2.4",
    ),
    Code.DMARC_MISSING: Entry(
        _BLOCKS,
        "There is no DMARC record.",
        "The zone's own servers say so, and nothing like it is at a neighbouring name.",
        "Add the record; for a subdomain, with the policy that it inherits now.",
        "RFC 9989 §4.7",
    ),
    Code.DMARC_DUPLICATE: Entry(
        _BLOCKS,
        "There are two or more DMARC records at one name.",
        "More than one TXT that begins with “v=DMARC1”.",
        "Put one in their place; the fix has the merged value.",
        "RFC 9989 §4.7",
    ),
    Code.DMARC_SYNTAX: Entry(
        _EITHER,
        "The DMARC record, or a part of it, can't be read.",
        "No valid policy or no version in front (blocks); other tags that receivers have to ignore (a note).",
        "Replace the value.",
        "RFC 9989 §4.7",
    ),
    Code.DMARC_AT_APEX_INSTEAD: Entry(
        _BLOCKS,
        "The DMARC record is at the domain, not at _dmarc.",
        "A TXT that begins with “v=DMARC1” at the sending domain itself.",
        "Add it at _dmarc, and delete the other one.",
        "RFC 9989 §4.7",
    ),
    Code.DMARC_POLICY_BLOCKS: Entry(
        _NOTE,
        "The published policy has receivers refuse this domain's own mail.",
        "p=quarantine or p=reject, while DKIM isn't right and SPF isn't either or can't align (aspf=s).",
        "Put the DKIM records right first.",
        "RFC 9989 §4.4",
    ),
    Code.DMARC_EXTERNAL_RUA_UNAUTHORISED: Entry(
        _NOTE,
        "Reports go to another organization's address that hasn't agreed to it.",
        "No “v=DMARC1” TXT at <domain>._report._dmarc.<their host>.",
        "Have them publish it, or use an address of your own.",
        "RFC 9990, verifying external destinations",
    ),
    Code.WILDCARD_ANSWERS: Entry(
        _BLOCKS,
        "A wildcard answers in place of the record.",
        "A name beside it that nobody has published gets the same answer.",
        "Add the record; it goes before the wildcard.",
        "RFC 4592 §2.2",
    ),
    Code.ZONE_NOT_DELEGATED: Entry(
        _BLOCKS,
        "The domain isn't in the DNS.",
        "The zone above the registrable domain says that the name doesn't exist.",
        "Register or renew the domain, and set its nameservers at the registrar.",
        "RFC 1034 §4.2.1",
    ),
    Code.LAME_DELEGATION: Entry(
        _EITHER,
        "The domain is delegated to servers that don't serve it.",
        "They refuse, fail or refer elsewhere when asked for the zone itself. A note while another server answers.",
        "Set the right nameservers at the registrar, or create the zone where it is delegated to.",
        "RFC 1912 §2.8",
    ),
    Code.SERVERS_DISAGREE: Entry(
        _NOTE,
        "The zone's servers don't say the same.",
        "One has the record right, another doesn't; the serials of their copies are shown.",
        "Wait for the zone transfer, or publish the record at every DNS host that serves the zone.",
        "RFC 1034 §4.3.5; RFC 1982",
    ),
    Code.DNSSEC_BOGUS: Entry(
        _BLOCKS,
        "The zone's DNSSEC signatures don't fit.",
        "A validating resolver fails, and answers when asked not to validate.",
        "Correct or remove the DS record at the registrar.",
        "RFC 4035 §3.2.2 and §5",
    ),
    Code.NOT_YET_VISIBLE: Entry(
        _NOTE,
        "The record is right, but resolvers still remember the old answer.",
        "The zone's servers have it; a resolver has another answer, with the time that it is kept.",
        "Nothing: wait until then.",
        "RFC 2308 §5; RFC 1035 §3.2.1",
    ),
    Code.PROVIDER_PENDING: Entry(
        _EITHER,
        "The record is right; the mail provider hasn't seen it yet.",
        "DNS is right while the provider's own status isn't. A note on a row that was verified before.",
        "Nothing: the provider looks again by itself.",
        "SES developer guide, “Easy DKIM” and “Using a custom MAIL FROM domain”",
    ),
    Code.UNANSWERED: Entry(
        _EITHER,
        "The question got no usable answer.",
        "Timeout, SERVFAIL, REFUSED or garbage from every server; the finding names one. A note on a verified row.",
        "Nothing in DNS: check again. No value is suggested, since what is published isn't known.",
        "RFC 9499 §3",
    ),
}
