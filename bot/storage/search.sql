-- The search index has a table per server, whose name no named query can hold: see search.py.

-- name: table_exists$
SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = :name;
