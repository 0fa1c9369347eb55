"""The browser app and its JSON API: every answer is one public call; nothing is computed or kept here."""
