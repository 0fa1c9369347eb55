"""The reader: from an article or a communique to claims, a draft scenario, and verdicts. Rules only, no network."""
