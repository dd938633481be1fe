"""SendMailOS's dialect: `{"success": true, …}`, errors with `success: false`, `error` and `code`."""
