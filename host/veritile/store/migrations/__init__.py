"""The database's versions, one module each, applied in order by caribou."""
