"""MailerSend's dialect: `{"data": …}`, pages with `links` and `meta`, errors with `message` and `errors`."""
